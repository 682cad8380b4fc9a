import re
import struct

import pytest

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import gatt, myo
from emg_edge.firmware_bridge.protocols.ganglion_bluetooth import REVISION, GanglionBluetoothClient
from emg_edge.firmware_bridge.protocols.gatt_client import SCAN_S
from emg_edge.firmware_bridge.protocols.myo_bluetooth import BATTERY, COMMAND, EMG, FIRMWARE, IMU, MyoBluetoothClient
from emg_edge.firmware_bridge.protocols.talk import Talk

VERSION = struct.pack("<4H", 1, 5, 1970, 2)
FOUND = gatt.Found("C2:52:F5:37:29:5D", "My Myo")


def talk(client, answer, dialogue=None):
    """Run a dialogue with a host that answers at once, or never where `answer` gives nothing; what it was asked."""
    said, now_s = [], 0.0
    going = Talk(dialogue or client.start(), now_s)
    while True:
        replies = b""
        for message, _ in gatt.messages(going.to_write()):
            said.append(message)
            replies += b"".join(reply.pack() for reply in answer(message))
        if going.done and not replies:
            return going, said
        now_s = now_s if replies else going.due_s
        going.receive(replies, now_s)


def host(values=None, absent=(), silent=(), found=FOUND):
    """Answer as a host does that has found the board; `silent` are kinds of messages that get no answer."""

    def answer(message):
        if isinstance(message, silent):
            return []
        if isinstance(message, gatt.Find):
            return [found]
        if getattr(message, "uuid", "") in absent:
            return [gatt.Absent(message.uuid)]
        return [gatt.Value((values or {}).get(message.uuid, b""))] if isinstance(message, gatt.Read) else [gatt.Done()]

    return answer


def myo_host(**changes):
    return host({FIRMWARE: VERSION, BATTERY: bytes([87])}, **changes)


def test_a_myo_is_brought_to_streaming():
    """All four characteristics and the IMU before it may measure; never to sleep before raw mode."""
    going, said = talk(MyoBluetoothClient(), myo_host())
    told = [message for message in said if isinstance(message, gatt.Subscribe | gatt.Write)]
    assert told == [
        *(gatt.Subscribe(uuid) for uuid in (*EMG, IMU)),
        gatt.Write(COMMAND, bytes([9, 1, 1])),
        gatt.Write(COMMAND, bytes([1, 3, 3, 1, 0])),
    ]
    assert (going.result.rate_hz, going.result.unit, going.result.limits) == (200.0, "myo-count", (-128, 127))
    assert going.result.notes == ("Myo C2:52:F5:37:29:5D, firmware 1.5.1970",)


def test_samples_that_come_with_the_last_confirmation_are_kept():
    """They follow in the same bytes, before or after it."""
    sample = gatt.Notified(EMG[0], bytes(16))

    def answer(message):
        replies = myo_host()(message)
        return [sample, *replies, sample] if message == gatt.Write(COMMAND, myo.set_mode(myo.EmgMode.RAW)) else replies

    going, _ = talk(MyoBluetoothClient(), answer)
    assert len(going.result.decoder.push(going.rest).counts) == 4


def test_a_low_battery_is_said():
    """A note names the charge; where the battery cannot be read, nothing is said."""
    low, _ = talk(MyoBluetoothClient(), host({FIRMWARE: VERSION, BATTERY: bytes([12])}))
    assert "battery is at 12 %" in low.result.notes[1]
    unknown, _ = talk(MyoBluetoothClient(), myo_host(absent=(BATTERY,)))
    assert len(unknown.result.notes) == 1


def test_nothing_heard_says_what_to_do():
    """The time, how to wake it, and who may hold it."""
    with pytest.raises(BoardError, match=r"no Myo was heard within 10 s, and no other board either; move it .*phone"):
        talk(MyoBluetoothClient(), myo_host(silent=gatt.Find))


def test_others_that_were_heard_are_named():
    """With a wrong address, the right one can be read off; a room full of devices does not fill the screen."""
    heard = [gatt.Heard(f"00:00:00:00:00:0{k}", "Myo" if k else "") for k in range(7)]

    def answer(message):
        return heard if isinstance(message, gatt.Find) else []

    said = r"no Myo with the address .*5D was heard .* but '.*0[1-5]\), 'Myo' .* and 2 more were; move"
    with pytest.raises(BoardError, match=said):
        talk(MyoBluetoothClient("c2:52:f5:37:29:5d"), answer)


def test_a_connection_that_is_not_taken_up_is_said():
    """The board is named, and who else may be connected to it."""
    with pytest.raises(BoardError, match=r"'My Myo' .*did not take up the connection within 15 s; end what else"):
        talk(MyoBluetoothClient(), myo_host(silent=gatt.Connect))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (myo_host(silent=gatt.Read), f"no answer to a reading of {FIRMWARE} within 3 s"),
        (myo_host(silent=gatt.Subscribe), f"did not confirm a subscription to {EMG[0]}"),
        (myo_host(absent=(EMG[2],)), f"has no characteristic {EMG[2]}, so it is no Myo"),
        (myo_host(absent=(FIRMWARE,)), "version of 0 bytes, and a Myo gives 8"),
        (host({FIRMWARE: struct.pack("<4H", 0, 8, 18, 2)}), "firmware 0.8.18, which gives no raw EMG"),
    ],
    ids=["mute", "no-subscription", "other", "nameless", "old"],
)
def test_what_is_no_usable_myo_is_refused(answers, said):
    """Each with what was found."""
    with pytest.raises(BoardError, match=re.escape(said)):
        talk(MyoBluetoothClient(), answers)


@pytest.mark.parametrize(
    ("name", "revision", "wrap", "notes"),
    [
        ("Ganglion-1a2b", b"2.0.1", 201, 2),
        ("Ganglion 1.3.0-1a2b", b"3.0.0", 200, 1),
        ("Ganglion-1a2b", b"", 201, 2),
        ("Ganglion 1.3.0-1a2b", b"", 200, 1),
        ("Simblee", b"3.0.1", 200, 1),
    ],
)
def test_the_ganglions_firmware_decides_how_it_is_decoded(name, revision, wrap, notes):
    """It is read; where it says none, the name tells; the old one's weakness is said."""
    answers = host({REVISION: revision}, found=gatt.Found("D4:3C:5D:7E:1A:2B", name))
    going, said = talk(GanglionBluetoothClient(), answers)
    assert going.result.decoder.wrap == wrap
    assert len(going.result.notes) == notes
    assert said[-1].value == b"b"


def test_stopping_says_goodbye_once():
    """Off, may sleep, disconnect; before the connection and after the goodbye there is nothing to say."""
    client = MyoBluetoothClient()
    assert talk(client, myo_host(), client.stop())[1] == []
    talk(client, myo_host())
    said = talk(client, myo_host(), client.stop())[1]
    assert said == [
        gatt.Write(COMMAND, bytes([1, 3, 0, 0, 0])),
        gatt.Write(COMMAND, bytes([9, 1, 0])),
        gatt.Disconnect(),
    ]
    assert talk(client, myo_host(), client.stop())[1] == []


def test_a_deaf_board_does_not_hold_up_the_stop():
    """Without any answer the goodbye ends by itself."""
    client = MyoBluetoothClient()
    talk(client, myo_host())
    going, said = talk(client, lambda message: [], client.stop())
    assert going.done
    assert len(said) == 3


@pytest.mark.parametrize("address", ["C2-52-F5-37-29-5D", "c2:52:f5:37:29:5d"])
def test_addresses_are_written_one_way(address):
    """As the system writes them."""
    _, said = talk(MyoBluetoothClient(address), myo_host())
    assert said[0].address == "C2:52:F5:37:29:5D"


def test_a_systems_own_identifier_is_an_address_too():
    """Where addresses are hidden, as on macOS."""
    one = "0A1B2C3D-0000-1111-2222-333344445555"
    assert talk(MyoBluetoothClient(one), myo_host())[1][0].address == one


def test_the_search_has_an_end():
    """The host is asked once, and for at most as long as a user waits."""
    going = Talk(MyoBluetoothClient().start(), 5.0)
    assert going.due_s == 5.0 + SCAN_S
