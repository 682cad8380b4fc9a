import pytest

from emg_edge.device.ports.find import BLED112, CYTON_DONGLE, MICROCONTROLLERS, Found, choose, ports
from emg_edge.errors import BoardError

DONGLE = Found("/dev/ttyUSB0", 0x0403, 0x6015, "FT231X USB UART")
OTHER_DONGLE = Found("/dev/ttyUSB1", 0x0403, 0x6015, "FT231X USB UART")
BLED = Found("/dev/ttyACM0", 0x2458, 0x0001, "Low Energy Dongle")
ARDUINO = Found("/dev/ttyACM1", 0x2341, 0x0043, "Arduino Uno")
BUILT_IN = Found("/dev/ttyS0", None, None, "n/a")


@pytest.mark.parametrize("asked", ["", "auto"])
@pytest.mark.parametrize(("ids", "wanted"), [(CYTON_DONGLE, DONGLE), (BLED112, BLED), (MICROCONTROLLERS, ARDUINO)])
def test_the_only_one_with_its_usb_id_is_chosen(asked, ids, wanted):
    """With 'auto', or when nothing is said, whatever else is plugged in."""
    assert choose(asked, ids, "it", [BUILT_IN, DONGLE, BLED, ARDUINO]) == wanted.name


def test_a_port_that_is_named_is_taken_as_it_is():
    """It need not be there yet, nor have any id: a link to a pseudo-terminal has none."""
    assert choose("/tmp/emg-edge-x/cyton", CYTON_DONGLE, "a Cyton's dongle", []) == "/tmp/emg-edge-x/cyton"


def test_two_that_fit_are_both_named():
    """The user is told how to say which."""
    with pytest.raises(BoardError, match=r"/dev/ttyUSB0 and /dev/ttyUSB1 .*--serial-port /dev/ttyUSB0"):
        choose("auto", CYTON_DONGLE, "a Cyton's dongle", [DONGLE, BUILT_IN, OTHER_DONGLE])


def test_none_that_fits_names_what_is_there():
    """So that a board with a foreign chip is found."""
    with pytest.raises(BoardError, match=r"a Cyton's dongle; there is /dev/ttyS0 \(n/a\), /dev/ttyACM0"):
        choose("auto", CYTON_DONGLE, "a Cyton's dongle", [BUILT_IN, BLED])


def test_no_port_at_all_says_so():
    """A machine without serial ports."""
    with pytest.raises(BoardError, match="none at all"):
        choose("", CYTON_DONGLE, "a Cyton's dongle", [])


def test_this_machine_can_be_asked():
    """Looking for ports does not fail, whatever there is."""
    assert all(port.name for port in ports())
