import os
import pty
import subprocess
import sys
import tty

import pytest

from emg_edge.device.ports.port import LinkLost
from emg_edge.device.ports.serial_port import SerialPort
from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal


@pytest.fixture
def terminal():
    with PseudoTerminal("board") as terminal:
        yield terminal


@pytest.fixture
def port(terminal):
    port = SerialPort(str(terminal.path), 115_200)
    port.open()
    yield port
    port.close()


EVERY_BYTE = bytes(range(256))
NOBODY = 65534  # the user of that number has no rights on any Linux


def read_all(port, count):
    data = b""
    while len(data) < count and (more := port.read(2.0)):
        data += more
    return data


def test_all_bytes_pass_unchanged_in_both_directions(port, terminal):
    """No echo, no line editing, no flow control."""
    terminal.write(EVERY_BYTE)
    assert read_all(port, 256) == EVERY_BYTE
    port.write(EVERY_BYTE)
    assert terminal.read() == EVERY_BYTE
    assert port.read(0.0) == b""


def test_nothing_to_read_is_nothing(port):
    """A time-out is an empty answer; one of zero does not wait."""
    assert port.read(0.0) == b""
    began_s = port.now()
    assert port.read(0.02) == b""
    assert port.now() - began_s >= 0.02


def test_what_was_sent_before_is_dropped(terminal):
    """An opened port begins with what comes now."""
    terminal.write(b"old")
    port = SerialPort(str(terminal.path), 115_200)
    port.open()
    terminal.write(b"new")
    assert read_all(port, 3) == b"new"
    port.close()


def test_a_port_that_vanishes_is_one_sentence(port, terminal):
    """Reading, and writing, tell that it is gone, not with what error the system said so."""
    terminal.pull()
    for use in (lambda: port.read(1.0), lambda: port.write(b"x")):
        with pytest.raises(LinkLost, match=r"board vanished .*plug it in again") as caught:
            use()
        assert "\n" not in str(caught.value)


def test_a_port_that_came_back_opens_again(port, terminal):
    """Under the same name, after any number of failures."""
    terminal.pull()
    with pytest.raises(LinkLost, match="there is no serial port"):
        port.open()
    with pytest.raises(LinkLost, match="closed"):
        port.read(0.0)
    terminal.plug()
    port.open()
    terminal.write(b"back")
    assert read_all(port, 4) == b"back"


def test_a_closed_port_says_so_and_closing_twice_does_nothing(port):
    """Neither reads nor writes."""
    port.close()
    port.close()
    for use in (lambda: port.read(0.0), lambda: port.write(b"x")):
        with pytest.raises(LinkLost, match="closed"):
            use()


def test_a_port_in_use_is_refused(port, terminal):
    """Two programs on one board would each get half of its samples."""
    with pytest.raises(LinkLost, match="used by another program"):
        SerialPort(str(terminal.path), 115_200).open()


@pytest.mark.parametrize("name", ["/dev/no-such-port", ""])
def test_a_port_that_is_not_there_is_one_sentence(name):
    """With what to do."""
    with pytest.raises(LinkLost) as caught:
        SerialPort(name, 115_200).open()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("what", ["null", "folder", "file"])
def test_what_is_no_serial_device_is_one_sentence(tmp_path, what):
    """A folder, a file, or /dev/null."""
    name = {"null": "/dev/null", "folder": str(tmp_path), "file": str(tmp_path / "file")}[what]
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(LinkLost, match=r"cannot be opened .*/dev/ttyUSB0") as caught:
        SerialPort(name, 115_200).open()
    assert "\n" not in str(caught.value)
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_port_that_may_not_be_opened_says_how_to_get_it(terminal):
    """On Linux that is a matter of a group; root, who may open everything, becomes somebody else first."""
    terminal.path.chmod(0)
    attempt = "import os, sys; from emg_edge.device.ports.serial_port import SerialPort\n"
    attempt += f"os.geteuid() or os.setuid({NOBODY})\nSerialPort(sys.argv[1], 115_200).open()"
    terminal.path.parent.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", attempt, str(terminal.path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "LinkLost" in done.stderr
    assert "sudo usermod -a -G dialout" in done.stderr


def test_a_terminal_with_echo_is_made_raw():
    """The far end gets what was written, and we do not hear ourselves."""
    ours, theirs = pty.openpty()
    tty.setcbreak(theirs)
    port = SerialPort(os.ttyname(theirs), 115_200)
    port.open()
    port.write(b"v\r\n\x03")
    assert os.read(ours, 100) == b"v\r\n\x03"
    assert port.read(0.02) == b""
    port.close()
    os.close(ours)
    os.close(theirs)


def test_a_port_that_takes_nothing_is_not_waited_for(terminal, monkeypatch):
    """A write that finds no room gives up, in bounded time."""
    monkeypatch.setattr("emg_edge.device.ports.serial_port.WRITE_TIMEOUT_S", 0.1)
    port = SerialPort(str(terminal.path), 115_200)
    port.open()
    with pytest.raises(LinkLost, match="takes no bytes"):
        port.write(bytes(1 << 20))
    port.close()
