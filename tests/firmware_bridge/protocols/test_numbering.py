"""Loss, repetition and delay against the true positions of samples, which a test knows and `Numbering` does not."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emg_edge.firmware_bridge.protocols.numbering import RESTART_S, UNCOUNTED_S, WINDOW_S, Numbering

# wrap, samples a second, samples a packet: Cyton, Daisy, Ganglion with one and two samples a packet, Myo, framed.
CYTON, DAISY, GANGLION, PAIRS, MYO, FRAMED = (
    (256, 250.0, 1),
    (128, 125.0, 1),
    (201, 200.0, 1),
    (201, 200.0, 2),
    (8, 200.0, 2),
    (65536, 1000.0, 8),
)
COUNTING = (CYTON, DAISY, GANGLION, PAIRS, MYO, FRAMED)
CALM_S = 4 * WINDOW_S  # at the end, so that all that is owed is said


@dataclass(frozen=True)
class Link:
    """What happens to packets on their way. Shares are of packets; `bursts` and `stalls` are (when, how long) in s."""

    loss: float = 0.0
    bursts: tuple[tuple[float, float], ...] = ()
    stalls: tuple[tuple[float, float], ...] = ()
    jitter_s: float = 0.0
    drift: float = 0.0
    twice: float = 0.0
    late: float = 0.0  # after the packet that follows
    together_s: float = 0.0  # what arrives within it is read at once
    seconds: float = 8.0
    seed: int = 0


@dataclass
class Outcome:
    """True positions of the samples that were used, and those that `Numbering` gave them by its counts of lost ones."""

    true: list[int] = field(default_factory=list)
    placed: list[int] = field(default_factory=list)
    refused: int = 0

    @property
    def off(self) -> list[int]:
        return [t - p for t, p in zip(self.true, self.placed, strict=True)]


def reads(link, board):
    """Carry the stream over the link: (true positions, arrival) of what each read finds."""
    _, rate_hz, group = board
    rng = np.random.default_rng(link.seed)
    calm = link.seconds - CALM_S
    packets, held, now_s = [], None, 0.0
    for k in range(int(link.seconds * rate_hz) // group):
        made_s = (k + 1) * group / rate_hz / (1 + link.drift)
        samples = np.arange(k * group, (k + 1) * group)
        wild = made_s < calm
        if any(a <= made_s < a + length for a, length in link.bursts) or (wild and rng.random() < link.loss):
            continue
        arrived_s = made_s + link.jitter_s * rng.random()
        arrived_s = max([arrived_s, *(a + length for a, length in link.stalls if a <= made_s < a + length)])
        now_s = max(now_s, arrived_s)
        if held is None and wild and rng.random() < link.late:
            held = samples
            continue
        packets.append((samples, now_s))
        if held is not None:
            packets.append((held, now_s))
            held = None
        if wild and rng.random() < link.twice:
            packets.append((samples, now_s))
    together, since_s = [], None
    for samples, arrived_s in packets:
        if together and arrived_s > since_s + link.together_s:
            yield np.concatenate(together), since_s + link.together_s
            together = []
        if not together:
            since_s = arrived_s
        together.append(samples)
    yield np.concatenate(together), since_s + link.together_s


def follow(link, board):
    """Run `Numbering` on the stream."""
    wrap, rate_hz, _ = board
    numbering, outcome, position = Numbering(wrap, rate_hz), Outcome(), None
    for true, arrived_s in reads(link, board):
        placed = numbering.place(true % wrap if wrap else np.zeros(len(true), np.int64), arrived_s)
        kept = true[placed.keep]
        assert len(placed.lost) == len(kept)
        assert (placed.lost >= 0).all()
        if position is None and len(kept):
            position = int(kept[0]) - 1 - int(placed.lost[0])
        for sample, lost in zip(kept.tolist(), placed.lost.tolist(), strict=True):
            position += lost + 1
            outcome.true.append(sample)
            outcome.placed.append(position)
    outcome.refused = numbering.refused
    return outcome


def assert_exact(outcome):
    assert outcome.off[-1] == 0  # kept and lost add up to the span
    assert np.diff(outcome.true).min(initial=1) > 0  # in order, and nothing twice


moments = st.floats(0.6, 6.0)


@given(
    board=st.sampled_from(COUNTING),
    loss=st.floats(0, 0.1),
    burst=st.tuples(moments, st.floats(0.005, 1.0)),
    jitter_s=st.floats(0, 0.015),
    drift=st.floats(-0.02, 0.02),
    together_s=st.sampled_from([0.0, 0.004, 0.016]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60)
def test_what_is_lost_is_counted(board, loss, burst, jitter_s, drift, together_s, seed):
    """Random losses, and a burst of any length: kept and lost add up, with jitter and a clock that is 2 % off."""
    most = 0.3 * board[0] / board[1] / (burst[1] + 3 * WINDOW_S)  # else the drift over the gap looks like a turn
    drift = min(max(drift, -most), most)
    link = Link(loss, (burst,), (), jitter_s, drift, 0, 0, together_s, seconds=max(8, sum(burst) + 2), seed=seed)
    outcome = follow(link, board)
    assert_exact(outcome)
    assert outcome.refused <= (MYO[0] if board is MYO else 0)  # a loss at once, before its clock is known


@given(
    board=st.sampled_from(COUNTING),
    stall=st.tuples(moments, st.floats(0.01, 0.9)),
    jitter_s=st.floats(0, 0.015),
    drift=st.floats(-0.02, 0.02),
    together_s=st.sampled_from([0.0, 0.004, 0.016]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40)
def test_a_delay_is_no_loss(board, stall, jitter_s, drift, together_s, seed):
    """A link that holds everything back and then delivers it, at once, loses nothing and refuses nothing."""
    link = Link(0, (), (stall,), jitter_s, drift, 0, 0, together_s, seed=seed)
    outcome = follow(link, board)
    assert set(outcome.off) == {0}
    assert outcome.refused == 0


@given(
    board=st.sampled_from([board for board in COUNTING if board is not MYO]),
    twice=st.floats(0, 0.1),
    late=st.floats(0, 0.1),
    loss=st.floats(0, 0.1),
    stall=st.tuples(moments, st.floats(0.01, 0.9)),
    jitter_s=st.floats(0, 0.015),
    together_s=st.sampled_from([0.0, 0.004, 0.016]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60)
def test_what_comes_twice_or_late_is_not_used(board, twice, late, loss, stall, jitter_s, together_s, seed):
    """Repeated and reordered packets, from the very first on: nothing is used twice, and the sum stays right."""
    assert_exact(follow(Link(loss, (), (stall,), jitter_s, 0, twice, late, together_s, seed=seed), board))


@given(twice=st.floats(0, 0.1), late=st.floats(0, 0.1), jitter_s=st.floats(0, 0.004), seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_the_counter_of_eight_tells_what_comes_twice_from_a_loss(twice, late, jitter_s, seed):
    """On the Myo, whose packets never come late in fact, that holds as long as the jitter is below a sample."""
    assert_exact(follow(Link(0, (), (), jitter_s, 0, twice, late, seed=seed), MYO))


@pytest.mark.parametrize("packets", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 100])
@pytest.mark.parametrize("drift", [-0.02, 0.0, 0.02])
def test_a_burst_on_the_myo_is_counted_whatever_its_length(packets, drift):
    """Notifications lost in a row, also exactly one turn of the counter or many, with 15 ms of jitter and 5 % loss."""
    drift = drift if packets < 50 else drift / 4  # over a second, 2 % are half a turn
    for seed in range(3):
        link = Link(0.05, ((2.0, packets * 0.01),), (), 0.015, drift, seconds=6, seed=seed)
        assert_exact(follow(link, MYO))


def test_turns_lost_one_after_another_are_all_counted():
    """On the Myo, a second turn that is lost while the first is not yet sure is not forgotten."""
    for gap_s in np.arange(0.1, 1.0, 0.07):
        link = Link(0, ((2.0, 0.04), (2.0 + gap_s, 0.04)), (), 0.01, seconds=6, seed=3)
        assert_exact(follow(link, MYO))


@pytest.mark.parametrize("board", COUNTING)
def test_a_small_loss_stands_where_it_happened(board):
    """A loss of less than half a turn is said with the very sample after it."""
    wrap, rate_hz, group = board
    packets = max(1, wrap // 4 // group)
    outcome = follow(Link(0, ((2.0, packets * group / rate_hz),), (), 0.004, seconds=5), board)
    assert set(outcome.off) == {0}
    assert len(outcome.true) < 5 * rate_hz - 1


def test_a_number_that_was_changed_on_the_way_costs_one_sample():
    """A counter that says what cannot be yet is refused, and the samples after it are used."""
    numbering = Numbering(256, 250.0)
    kept = lost = 0
    for k in range(500):
        number = (k + 100) % 256 if k == 300 else k % 256
        placed = numbering.place(np.array([number]), k / 250)
        kept += len(placed.lost)
        lost += int(placed.lost.sum())
    assert (kept, lost, numbering.refused) == (499, 1, 1)


@pytest.mark.parametrize("board", [CYTON, DAISY, GANGLION, FRAMED])
def test_a_board_that_counts_anew_is_followed_again(board):
    """After a reset that nobody announced the board is not refused for longer than RESTART_S."""
    wrap, rate_hz, group = board
    numbering = Numbering(wrap, rate_hz)
    total = int(4 * rate_hz) // group * group
    kept = lost = 0
    reset = int(2.3 * rate_hz) // group * group
    for k in range(0, total, group):
        number = (np.arange(k, k + group) - (reset if k >= reset else 0)) % wrap
        placed = numbering.place(number, (k + group) / rate_hz)
        kept += len(placed.lost)
        lost += int(placed.lost.sum())
    assert kept >= total - RESTART_S * rate_hz - group
    assert kept + lost == pytest.approx(total, abs=RESTART_S * rate_hz)


def test_without_a_counter_a_gap_shows_in_time():
    """Only the clock can tell: a gap is counted to within the jitter, and neither jitter nor drift make losses."""
    uncounted = (0, 500.0, 1)
    calm = follow(Link(jitter_s=0.01, drift=0.02, stalls=((2.0, 0.4),)), uncounted)
    assert calm.placed == calm.true
    for gap_s in (UNCOUNTED_S, 0.5, 2.0):
        outcome = follow(Link(jitter_s=0.01, bursts=((2.0, gap_s),)), uncounted)
        assert outcome.off[-1] == pytest.approx(0, abs=0.01 * 500)


def test_nothing_is_placed_where_nothing_came():
    """An empty read changes nothing."""
    numbering = Numbering(256, 250.0)
    placed = numbering.place(np.zeros(0, np.int64), 1.0)
    assert len(placed.lost) == 0
    assert numbering.place(np.array([7, 8, 10]), 2.0).lost.tolist() == [0, 0, 1]
