import asyncio
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("bleak", reason="the extra 'bluetooth' is not installed")
if sys.platform != "linux":
    pytest.skip("the fake is of BlueZ, which only Linux has", allow_module_level=True)

from support.board_conformance import BoardConformance, read_for
from support.fake_bluez import FakeBlueZ
from support.message_bus import DBusError, MessageBus

from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.registry import BOARDS, open_board, unavailable
from emg_edge.device.ports.bluetooth import BluetoothPort
from emg_edge.device.ports.event_loop import event_loop
from emg_edge.device.ports.port import LinkLost
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.simulated import simulated
from emg_edge.errors import BoardError, EmgEdgeError, MissingDependency
from emg_edge.firmware_bridge.faults.script import Burst, Power
from emg_edge.firmware_bridge.protocols import gatt
from emg_edge.firmware_bridge.protocols.myo_bluetooth import MyoBluetoothClient

KINDS = ("myo", "ganglion")


@pytest.fixture
def bluez(monkeypatch):
    """Put a kind of board in reach of this machine's Bluetooth, which is there from then to the end of the test."""
    running = []

    def within_reach(kind, source="counter", faults=(), **adapter):
        board = simulated(SIMULATED[kind], source, faults=faults)
        fake = FakeBlueZ(board, getattr(board.firmware, kind), **adapter)
        running.append(fake.__enter__())
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", fake.bus.address)
        return fake

    yield within_reach
    for fake in running:
        fake.__exit__()
    _settle()


@pytest.fixture
def bus(monkeypatch):
    """A bus on which nobody is but what answers with a given error."""

    async def call(message):
        raise DBusError(name, "as the test wants it")

    name = ""

    def failing(error):
        nonlocal name
        name = error

    with MessageBus(call) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        yield failing
    _settle()


def _settle():
    """Let bleak's loop see that the bus is gone: it goes through what is waiting for it before this returns."""
    event_loop().submit(asyncio.sleep(0.01)).result()


def opened(kind, **options):
    return open_board(f"{kind}-bluetooth", BoardOptions(**options))


def collect(board, seconds):
    """Read until so much signal has come; the samples as one, and the losses before them, summed up a block."""
    blocks = read_for(board, seconds)
    return np.concatenate([block.samples for block in blocks]), [block.lost for block in blocks]


def positions(kind, samples, per_count):
    """(n, channels) the board's own number of each sample, read off the counter's values, and where they wrap."""
    counts = np.rint(samples / per_count).astype(np.int64)
    modulus, step, offset = (256, 7, 128) if kind == "myo" else (1 << 20, 1000, 0)
    return (counts + offset - step * np.arange(counts.shape[1])) % modulus, modulus


class Conformance(BoardConformance):
    kind = ""

    @pytest.fixture(autouse=True)
    def in_reach(self, bluez):
        self.bluez = bluez(self.kind, "forearm")

    def opened(self):
        return opened(self.kind)


class TestMyo(Conformance):
    kind = "myo"


class TestGanglion(Conformance):
    kind = "ganglion"


@pytest.mark.parametrize("kind", KINDS)
def test_samples_are_those_of_the_board(kind, bluez):
    """Every sample is there, in order, exact in every channel, from the first after the start on."""
    bluez(kind)
    with opened(kind) as board:
        samples, lost = collect(board, 1.3)
        number, modulus = positions(kind, samples, board.per_count)
    assert sum(lost) == 0
    np.testing.assert_array_equal(number, np.arange(len(number))[:, None] % modulus + np.zeros_like(number))


@pytest.mark.parametrize("kind", KINDS)
def test_lost_notifications_are_counted_exactly(kind, bluez):
    """What is missing in the counter's values is what the blocks say is lost."""
    bluez(kind, faults=[Burst(at_s=0.3, packets=3)])
    with opened(kind) as board:
        samples, lost = collect(board, 1.3)  # the Ganglion's values are right again from its next whole sample on
        number, modulus = positions(kind, samples, board.per_count)
    assert sum(lost) in (4, 6)  # of the Myo's packets, one may be the IMU's
    assert (number[-1, 0] - (len(samples) - 1)) % modulus == sum(lost)


def test_the_myo_gives_its_acceleration(bluez):
    """The armband lies level, so that one g points up."""
    bluez("myo")
    with opened("myo") as board:
        last = read_for(board, 0.3)[-1]
    np.testing.assert_allclose(last.acceleration[-1], [0, 0, 1])


def test_the_myo_is_told_to_stay_awake_and_confirms_it(bluez):
    """Never to sleep counts only when its writing is confirmed; raw mode with the IMU comes last."""
    fake = bluez("myo")
    with opened("myo") as board:
        read_for(board, 0.1)
        told = [call for call in fake.calls if call[0] == "WriteValue"]
        assert fake.board.firmware.myo.never_sleeps
    assert told == [("WriteValue", "request", b"\x09\x01\x01"), ("WriteValue", "request", b"\x01\x03\x03\x01\x00")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stopped_board_does_not_measure_on(kind, bluez):
    """Stop tells the board to stop, then ends the connection; the start's note names the board."""
    fake = bluez(kind)
    with opened(kind) as board:
        read_for(board, 0.1)
        assert fake.connected
        assert kind.capitalize() in board.notes[0]
    stopped = {"myo": [b"\x01\x03\x00\x00\x00", b"\x09\x01\x00"], "ganglion": [b"s"]}[kind]
    assert [value for _, _, value in fake.calls if value][-len(stopped) :] == stopped
    assert fake.calls[-1][0] == "Disconnect"
    assert not fake.connected
    assert not fake.board.firmware.streaming


@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_back_after_being_switched_off(kind, bluez):
    """A board that falls silent and comes back streams again, is told to, and its absence counts as lost samples."""
    bluez(kind, faults=[Power(at_s=0.3, for_s=1.5)])
    with opened(kind) as board:
        before, _ = collect(board, 0.25)
        blocks = []
        until_s = time.monotonic() + 10
        while board.reconnects == 0 and time.monotonic() < until_s:
            if (block := board.read(0.2)) is not None:
                blocks.append(block)
        blocks += read_for(board, 0.2)
        said = " ".join(board.news())
        assert board.reconnects == 1
    lost = sum(block.lost for block in blocks)
    assert lost > 1.0 * board.source.rate_hz
    assert "no samples for 1 s" in said or "ended" in said
    assert "connected again" in said
    assert before.shape[1] == blocks[-1].samples.shape[1]


def test_a_lost_link_is_noticed_at_once_and_mended(bluez):
    """When the system says that the connection is over, that is told, and what came before is still delivered."""
    fake = bluez("myo")
    with opened("myo") as board:
        read_for(board, 0.2)
        fake.bus.loop.call_soon_threadsafe(fake.lose_it)
        until_s = time.monotonic() + 10
        while board.reconnects == 0 and time.monotonic() < until_s:
            board.read(0.2)
        assert board.reconnects == 1
        assert "the Bluetooth connection to 'Simulated Myo' ended" in board.news()[0]


def test_one_that_is_connected_already_is_taken(bluez):
    """After a program was killed the system holds its connection, and the board advertises no more: it is found."""
    fake = bluez("ganglion")
    asyncio.run_coroutine_threadsafe(fake.connect_for_another_program(), fake.bus.loop).result()
    with opened("ganglion") as board:
        assert read_for(board, 0.1)
    assert all(call[0] != "StartDiscovery" for call in fake.calls)


def test_the_address_chooses(bluez):
    """The board with the address is taken, however it is written."""
    bluez("ganglion")
    with opened("ganglion", mac_address="d4-3c-5d-7e-1a-2b") as board:
        assert "D4:3C:5D:7E:1A:2B" in board.notes[0]


def test_channels_are_chosen():
    """Channels count from 1 and come in the order in which they are named."""
    board = opened("myo", channels=(8, 6, 4, 2))
    assert board.source.layout == "ring4"
    with pytest.raises(BoardError, match="channel 5"):
        opened("ganglion", channels=(5,))


def test_a_search_that_is_given_up_is_over(bluez):
    """The port tells what else is in reach, gives nothing in time, and when it is closed the system scans no more."""
    fake = bluez("myo")
    port = BluetoothPort()
    port.open()
    port.write(gatt.Find("00:11:22:33:44:55", MyoBluetoothClient.service, "").pack())
    told, _ = gatt.read(port.read(5.0))
    assert told == [gatt.Heard("C2:52:F5:37:29:5D", "Simulated Myo")]
    assert port.read(0.05) == b""
    port.close()
    port.close()
    assert "StopDiscovery" in [call[0] for call in fake.calls]
    with pytest.raises(LinkLost, match="closed"):
        port.read(0.0)


def test_a_refused_connection_is_tried_again(bluez):
    """A first connection is often not taken up."""
    fake = bluez("myo", refusals=2)
    with opened("myo") as board:
        assert read_for(board, 0.1)
    assert [call[0] for call in fake.calls].count("Connect") == 3


def test_a_connection_that_stays_refused_is_said(bluez):
    """The system's reason is in the sentence, and what to do; a board that never started is no longer held."""
    fake = bluez("myo", refusals=100)
    with pytest.raises(BoardError, match=r"refused \(le-connection-abort-by-remote\); bring the board nearer"):
        opened("myo").start()
    assert not fake.connected


@pytest.mark.parametrize(
    ("adapter", "said"),
    [({"adapter": False}, "no Bluetooth adapter"), ({"powered": False}, "switched off; switch it on: rfkill")],
)
def test_an_adapter_that_cannot_is_named(adapter, said, bluez):
    """No adapter, or one that is off: the same sentence in the list of boards and at the start."""
    bluez("myo", **adapter)
    assert said in unavailable(BOARDS["myo-bluetooth"])
    with pytest.raises(BoardError, match=said):
        opened("myo").start()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("org.freedesktop.DBus.Error.ServiceUnknown", "BlueZ, Linux's Bluetooth service, is not running; start it"),
        ("org.freedesktop.systemd1.NoSuchUnit", "BlueZ, Linux's Bluetooth service, is not running; start it"),
        ("org.freedesktop.DBus.Error.AccessDenied", "this user may not use Bluetooth"),
        ("org.bluez.Error.SomethingNew", "refused .as the test wants it."),
    ],
)
def test_what_the_bus_says_is_translated(error, said, bus):
    """BlueZ that does not run, or lets nobody in, is one sentence with what to do."""
    bus(error)
    with pytest.raises(BoardError, match=said):
        opened("ganglion").start()
    assert unavailable(BOARDS["ganglion-bluetooth"]) is not None


def test_a_missing_bus_is_one_sentence(monkeypatch, tmp_path):
    """In a container there is often no system bus at all."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    assert "message bus" in unavailable(BOARDS["myo-bluetooth"])
    with pytest.raises(BoardError, match="share /run/dbus"):
        opened("myo").start()


def test_a_wrong_address_is_refused_at_once():
    """Before anything is searched for."""
    with pytest.raises(EmgEdgeError, match="'C2:52' is no Bluetooth address"):
        opened("myo", mac_address="C2:52")


def test_without_bleak_the_extra_is_named(monkeypatch):
    """Listing and opening say what to install."""
    monkeypatch.setitem(sys.modules, "bleak", None)
    assert "pip install 'emg-edge[bluetooth]'" in unavailable(BOARDS["myo-bluetooth"])
    with pytest.raises(MissingDependency, match="bleak is not installed"):
        opened("myo")


def test_other_boards_do_not_load_bleak():
    """The modules of both boards load without bleak, and another board's do not load it."""
    program = (
        "import sys; sys.modules['bleak'] = None\n"
        "import emg_edge.device.boards.bluetooth\n"
        "from emg_edge.device.boards.registry import BOARDS, open_board\n"
        "del sys.modules['bleak']\n"
        "BOARDS['myo'].load()\n"
        "assert 'bleak' not in sys.modules and 'dbus_fast' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
