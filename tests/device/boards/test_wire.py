"""Boards on a wire, on a simulated clock: what is lost, what comes back, what is said; all samples are numbered."""

import itertools

import numpy as np
import pytest

from emg_edge.device.boards.absence import LONGEST_RETRY_S
from emg_edge.device.boards.wire import STALL_S
from emg_edge.device.ports.port import LinkLost, Port
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.virtual import DRIVERS, virtual
from emg_edge.device.simulator.virtual_port import VirtualPort
from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard
from emg_edge.firmware_bridge.simulated.feed import CounterFeed

BOARDS = list(DRIVERS)
TOLD_TO_STREAM = [name for name in BOARDS if name != "csv"]  # that one prints from power-on, whatever it is told
BACK_S = 2.0  # from the return of port or board until samples come
BY_CLOCK = 0.05  # seconds by which a count may be wrong where only the clock can tell: the board counted anew


class Rig:
    """A driver on a simulated board, and the true number of every sample that it delivers."""

    def __init__(self, name, *faults, seed=0, port=VirtualPort, **options):
        entry = SIMULATED[name]
        self.firmware = entry.make()
        self.feed = CounterFeed.of(self.firmware)
        self.simulated = SimulatedBoard(self.firmware, self.feed, entry.wrap, faults, seed)
        self.board, _ = virtual(name, self.simulated)
        self.port = port(self.simulated)
        self.board = self.anew(name, **options)
        self.true, self.lost, self.blocks, self.told = [], [], [], []

    def anew(self, name, **options):
        """Another driver of the same board on the same port, as of a program that is started again."""
        driver, client = DRIVERS[name]
        client = type(client())(**options) if options else client()
        return driver(self.board.source, client, self.port)

    @property
    def elapsed_s(self):
        return self.simulated.elapsed_s

    def read_until(self, seconds):
        """Read until so long after streaming began."""
        while self.elapsed_s < seconds:
            block = self.board.read(0.15)
            self.told += self.board.news()
            if block is not None:
                numbers = [self.number(sample) for sample in block.samples]
                self.lost += [block.lost, *[0] * (len(numbers) - 1)]
                self.true += numbers
                self.blocks.append(block)
        return self

    def number(self, sample):
        """What most channels say, in the turn of the counter that the simulation is in."""
        counts = np.rint(sample / self.board.per_count).astype(np.int64) + self.feed.offset
        step = 7 if self.feed.modulus <= 1 << 10 else 1000
        said, votes = np.unique((counts - step * np.arange(len(counts))) % self.feed.modulus, return_counts=True)
        newest = self.simulated.position - 1
        return newest - (newest - int(said[votes.argmax()])) % self.feed.modulus

    @property
    def miscount(self):
        """Samples that were lost without being counted; negative when too many were."""
        return self.true[-1] - self.true[0] + 1 - len(self.true) - sum(self.lost[1:])


def known(name):
    """What the user must say where the board's header is not heard."""
    if name != "csv":
        return {}
    return {"rate_hz": 250.0, "uv_per_count": 1.0, "counter_column": 1, "counter_wrap": 1 << 16}


def started(rig):
    rig.board.start()
    return rig


@pytest.mark.parametrize("name", BOARDS)
def test_without_faults_every_sample_comes_once_in_order(name):
    """Values are exact, nothing is lost or refused, and no byte is passed over."""
    rig = started(Rig(name)).read_until(2.0)
    assert rig.true == list(range(rig.true[0], rig.true[0] + len(rig.true)))
    assert len(rig.true) > 1.9 * rig.board.source.rate_hz
    assert sum(rig.lost) == rig.board.refused == rig.board.skipped_bytes == rig.board.reconnects == 0
    assert rig.told == []


FAULTS = (
    kinds.Drop(at_s=0.5, for_s=1, share=0.1),
    kinds.Burst(at_s=2, packets=21),
    kinds.Duplicate(at_s=3, for_s=0.5, share=0.2),
    kinds.Reorder(at_s=4, for_s=0.5, share=0.2),
    kinds.Stall(at_s=5, for_s=0.5),
    kinds.Garbage(at_s=6, amount=300),
)


@pytest.mark.parametrize("name", BOARDS)
def test_losses_are_counted_exactly(name):
    """Single losses, bursts, repeated, reordered and delayed packets, garbage between: to the very sample."""
    rig = started(Rig(name, *FAULTS)).read_until(8.5)
    assert rig.miscount == 0
    assert sum(rig.lost) > 21
    assert rig.board.refused > 0 or name in ("cyton-daisy", "ganglion")  # whose decoders pass them over
    assert all(a < b for a, b in itertools.pairwise(rig.true))
    assert rig.board.reconnects == 0


@pytest.mark.parametrize("name", BOARDS)
def test_damaged_packets_are_lost_and_counted(name):
    """A changed byte and a packet that breaks off cost that packet, and are counted."""
    damage = [kinds.Corrupt(at_s=1, for_s=1, share=0.1), kinds.Truncate(at_s=3, for_s=1, share=0.1)]
    rig = started(Rig(name, *damage)).read_until(6)
    assert rig.miscount == 0
    assert sum(rig.lost) > 0
    assert rig.board.skipped_bytes > 0


@pytest.mark.parametrize("name", ["cyton", "cyton-daisy", "myo", "ganglion"])
def test_a_burst_of_whole_turns_of_the_counter_is_counted(name):
    """Numbers go on as if nothing were missing: time tells."""
    wrap = SIMULATED[name].wrap
    turns = 2 if wrap < 100 else 0.9  # on the others a turn is a second: the watchdog's time
    rig = started(Rig(name, kinds.CounterWrap(at_s=1, turns=turns))).read_until(5)
    assert rig.miscount == 0
    assert sum(rig.lost) == pytest.approx(turns * wrap / (2 if name == "cyton-daisy" else 1), abs=2)
    assert rig.board.reconnects == 0


@pytest.mark.parametrize("name", BOARDS)
def test_an_unplugged_board_comes_back_by_itself(name):
    """Samples come again soon after the port is back; what was missed is counted by the clock; both are said."""
    rig = started(Rig(name, kinds.Unplug(at_s=1, for_s=2))).read_until(3)
    assert rig.told[0].endswith("(trying again meanwhile)")
    before = len(rig.true)
    rig.read_until(3 + BACK_S)
    assert len(rig.true) > before
    rig.read_until(7)
    assert rig.board.reconnects == 1
    assert abs(rig.miscount) <= BY_CLOCK * rig.board.source.rate_hz
    assert "connected again" in rig.told[-1]
    assert len(rig.told) <= 4  # not a sentence for every attempt


@pytest.mark.parametrize("name", TOLD_TO_STREAM)
def test_a_board_that_was_switched_off_is_started_again(name):
    """The link falls silent; the watchdog sees it, and the board is told all anew once it is there."""
    rig = started(Rig(name, kinds.Power(at_s=1, for_s=2))).read_until(3)
    before = len(rig.true)
    rig.read_until(7)
    came_back = rig.blocks[next(k for k, b in enumerate(rig.blocks) if b.lost > rig.board.source.rate_hz)]
    assert len(rig.true) > before
    assert came_back.arrived_s - (rig.simulated.began_s + 3) < BACK_S
    assert rig.board.reconnects == 1
    assert abs(rig.miscount) <= BY_CLOCK * rig.board.source.rate_hz
    assert any("connected again" in said for said in rig.told)


def test_the_watchdog_waits_for_its_time():
    """A silence shorter than STALL_S is only late; a longer one is talked to anew."""
    assert started(Rig("cyton", kinds.Stall(at_s=1, for_s=0.9 * STALL_S))).read_until(4).board.reconnects == 0
    rig = started(Rig("cyton", kinds.Stall(at_s=1, for_s=STALL_S + 0.2))).read_until(6)
    assert rig.board.reconnects == 1
    assert "no samples" in rig.told[0]


def test_attempts_to_come_back_are_backed_off():
    """A port that is away for long is looked for some times a second, and no more."""

    class Counted(VirtualPort):
        opened = 0

        def open(self):
            self.opened += 1
            super().open()

    rig = started(Rig("cyton", kinds.Unplug(at_s=1, for_s=20), port=Counted)).read_until(20)
    assert 20 / LONGEST_RETRY_S * 0.5 < rig.port.opened < 20 / LONGEST_RETRY_S * 1.2


def test_a_read_keeps_its_time_out_while_the_board_is_away():
    """Whoever reads can say 'stale' in time: no attempt to come back holds a read."""
    rig = started(Rig("cyton", kinds.Unplug(at_s=1, for_s=3), kinds.Power(at_s=6, for_s=3)))
    while rig.elapsed_s < 12:
        began_s = rig.port.now()
        block = rig.board.read(0.15)
        assert rig.port.now() - began_s <= 0.15 + 1e-6
        assert block is not None or rig.port.now() - began_s >= 0.15 - 1e-6


@pytest.mark.parametrize("fault", [kinds.Power(at_s=1, for_s=2), kinds.Unplug(at_s=1, for_s=2)])
def test_the_commanded_gain_is_sent_again(fault):
    """After the board was away its scale is still the one that samples are converted with."""
    rig = started(Rig("cyton", fault, gain=6))
    expected = rig.board.per_count.copy()
    rig.read_until(7)
    assert rig.board.reconnects == 1
    assert (rig.board.per_count == expected).all()
    one_mv = rig.firmware.digitise(np.full((1, 8), 1000.0))[0]
    assert one_mv * expected == pytest.approx(1000, abs=1)


@pytest.mark.parametrize("name", TOLD_TO_STREAM)
@pytest.mark.parametrize("after_s", [0.0, 0.5])
def test_a_stopped_board_does_not_stream(name, after_s):
    """After stop, also after one that comes at once, the firmware is idle, and reading gives nothing."""
    rig = started(Rig(name)).read_until(after_s)
    assert rig.firmware.streaming
    rig.board.stop()
    rig.port.sleep(0.5)
    assert not rig.firmware.streaming
    assert rig.board.read(0.1) is None


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_can_be_started_twice_and_again(name):
    """A start while it runs begins anew, as does one after a stop: numbers go on, the books begin at nothing."""
    rig = started(Rig(name, kinds.Unplug(at_s=0.5, for_s=0.2))).read_until(3)
    assert rig.board.reconnects == 1
    rig.board.start()
    assert rig.board.reconnects == 0
    at = len(rig.true)
    rig.read_until(rig.elapsed_s + 1)
    assert sum(rig.lost[at:]) == 0
    rig.board.stop()
    rig.board.start()
    assert rig.board.read(0.5) is not None


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_that_streams_already_is_taken_over(name):
    """A program that was killed leaves the board streaming: the next one starts it all the same."""
    rig = started(Rig(name)).read_until(0.5)
    rig.board = rig.anew(name, **known(name))
    rig.true.clear()
    rig.lost.clear()
    started(rig).read_until(rig.elapsed_s + 1)
    assert len(rig.true) > 0.9 * rig.board.source.rate_hz
    assert rig.miscount == 0


class Crumbs(VirtualPort):
    """Gives what came byte by byte."""

    def read(self, timeout_s):
        data = super().read(timeout_s)
        self._buffer[:0] = data[1:]
        return data[:1]


class Dirty(VirtualPort):
    """Has bytes of nothing waiting at every opening: noise of a plug, the end of an older stream."""

    def open(self):
        super().open()
        self._buffer += np.random.default_rng(5).bytes(700) + b"\xa0\x00$$"


@pytest.mark.parametrize("port", [Crumbs, Dirty])
@pytest.mark.parametrize("name", BOARDS)
def test_it_starts_whatever_the_bytes_look_like(name, port):
    """Replies that come in crumbs, and bytes of nothing before the first, are no hindrance."""
    rig = started(Rig(name, port=port, **known(name))).read_until(0.5)
    assert len(rig.true) > 0.4 * rig.board.source.rate_hz
    assert rig.miscount == 0


def test_columns_are_chosen_in_their_order():
    """A board with more channels than are used delivers those that were asked for, with their own scale."""
    entry = SIMULATED["cyton"]
    firmware = entry.make()
    simulated = SimulatedBoard(firmware, CounterFeed.of(firmware), entry.wrap)
    driver, client = DRIVERS["cyton"]
    whole, port = virtual("cyton", simulated)
    board = driver(whole.source, client(), port, (7, 0))
    board.start()
    block = board.read(0.5)
    counts = np.rint(block.samples / board.per_count).astype(int)
    assert board.per_count.shape == (2,)
    assert board.rails.shape == (2, 2)
    assert (counts[:, 0] - counts[:, 1] == 7000).all()


class HostilePort(Port):
    """Says whatever it likes without a pause; a read takes ten milliseconds, in which 115200 baud carry 115 bytes."""

    def __init__(self, speak):
        self.name, self._speak, self._now_s = "hostile", speak, 0.0
        self.opens = 0

    def open(self):
        self.opens += 1

    def read(self, timeout_s):
        data = self._speak(self._now_s)
        self._now_s += 0.01 if data else max(timeout_s, 1e-6)
        return data

    def write(self, data):
        self.heard = data

    def close(self):
        pass

    def now(self):
        return self._now_s

    def sleep(self, seconds):
        self._now_s += seconds


RNG = np.random.default_rng(1)
SPEAKERS = {
    "nothing": lambda now_s: b"",
    "noise": lambda now_s: RNG.bytes(115),
    "zeros": lambda now_s: bytes(115),
    "an endless banner": lambda now_s: b"OpenBCI V3 8-16 channel Firmware: v3.1.2 " * 3,
    "replies without an end": lambda now_s: b"$$$" * 40,
    "lines of text": lambda now_s: b"boot: hello world\r\n" * 6,
}


@pytest.mark.parametrize("speaker", SPEAKERS)
@pytest.mark.parametrize("name", BOARDS)
def test_what_is_no_such_board_is_one_sentence_in_bounded_time(name, speaker):
    """Whatever is on the port says, a start ends with a reason within half a minute."""
    whole, _ = virtual(name, SimulatedBoard(firmware := SIMULATED[name].make(), CounterFeed.of(firmware)))
    driver, client = DRIVERS[name]
    port = HostilePort(SPEAKERS[speaker])
    board = driver(whole.source, client(), port)
    with pytest.raises(BoardError) as caught:
        board.start()
    assert "\n" not in str(caught.value)
    assert port.now() < 30
    assert board.read(0.1) is None


@pytest.mark.parametrize("name", BOARDS)
def test_a_stream_that_turns_to_noise_is_left_and_tried_again(name):
    """Noise in place of samples is silence to the watchdog; reading goes on in its rhythm and keeps no more bytes."""
    rig = started(Rig(name)).read_until(0.2)
    hostile = HostilePort(lambda now_s: RNG.bytes(115))
    hostile._now_s = rig.port.now()
    rig.board._port = hostile
    while hostile.now() < rig.port.now() + 2.5:
        began_s = hostile.now()
        rig.board.read(0.15)
        assert hostile.now() - began_s <= 0.15 + 0.01 + 1e-6
    assert hostile.opens >= 1
    assert rig.board.skipped_bytes > 10_000


@pytest.mark.parametrize("name", ["cyton", "myo"])
def test_samples_that_nobody_waits_for_come_in_one_block_and_not_late(name):
    """A block ends with the awaited sample, read when it came."""
    rig = Rig(name)
    rig = started(rig).read_until(0.5)
    rate_hz, awaited = rig.board.source.rate_hz, 12
    rig.board.unhurried = awaited
    blocks = [rig.board.read(0.15) for _ in range(20)]
    assert {len(block.samples) for block in blocks[1:]} == {awaited}
    arrived_s = np.diff([block.arrived_s for block in blocks])
    assert np.abs(arrived_s - awaited / rate_hz).max() < 2e-3


class Torn(VirtualPort):
    """Vanishes between a read and the next, when it is told to."""

    torn = False
    reads = 0

    def read(self, timeout_s):
        self.reads += self.torn
        if self.torn and self.reads > 1:
            raise LinkLost("the serial port virtual vanished; plug it in again")
        return super().read(timeout_s)


def test_what_came_before_the_link_broke_is_delivered():
    """A second wait that ends in a lost link takes nothing of the first away."""
    rig = started(Rig("cyton", port=Torn)).read_until(0.5)
    rig.board.unhurried, rig.port.torn = 12, True
    newest = rig.true[-1]
    block = rig.board.read(0.15)
    assert rig.number(block.samples[0]) == newest + 1
    assert rig.board.read(0.05) is None
    assert any("vanished" in sentence for sentence in rig.board.news())
