import functools
import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from emg_edge.errors import EmgEdgeError
from emg_edge.firmware_bridge.forearm.musclesignal import Disturbance
from emg_edge.firmware_bridge.forearm.wearer import SimulatedWearer

brisk = functools.partial(SimulatedWearer, hold_s=(0.4, 0.6), rest_s=(0.3, 0.5))
ALL = 10**6


def stretches(movement: NDArray[np.int16], repetition: NDArray[np.int16]) -> list[tuple[int, int, int]]:
    """(movement, repetition, samples) of each constant stretch."""
    pairs = itertools.groupby(zip(movement.tolist(), repetition.tolist(), strict=True))
    return [(key[0], key[1], sum(1 for _ in group)) for key, group in pairs]


@pytest.mark.parametrize("sizes", [(1,), (7,), (3, 64, 1), (10_000,)])
def test_the_stream_does_not_depend_on_how_it_is_read(sizes: tuple[int, ...]) -> None:
    """Blocks of any size give bit for bit what one big block gives."""
    whole = brisk(2, 3).read(1500)
    wearer, cut, have = brisk(2, 3), [], 0
    for size in itertools.cycle(sizes):
        cut.append(wearer.read(size))
        have += size
        if have >= 1500:
            break
    for name in ("samples", "movement", "repetition"):
        np.testing.assert_array_equal(np.concatenate([getattr(c, name) for c in cut])[:1500], getattr(whole, name))


def test_types_and_shapes() -> None:
    """Samples are (n, channels) float32, truth is (n,) int16, and n is what was asked for."""
    chunk = SimulatedWearer().read(10)
    assert chunk.samples.shape == (10, 8)
    assert chunk.samples.dtype == np.float32
    assert chunk.movement.shape == (10,)
    assert chunk.movement.dtype == np.int16
    assert chunk.repetition.shape == (10,)
    assert chunk.repetition.dtype == np.int16


def test_ninapro_order_and_the_repetition_of_rest() -> None:
    """All repetitions of a movement come in turn; rest carries the repetition it precedes, 0 after the last."""
    chunk = brisk(movements=(5, 2), repetitions=2, order="ninapro").read(ALL)
    found = [(movement, repetition) for movement, repetition, _ in stretches(chunk.movement, chunk.repetition)]
    assert found == [(0, 1), (5, 1), (0, 2), (5, 2), (0, 1), (2, 1), (0, 2), (2, 2), (0, 0)]


def test_shuffled_order_makes_every_movement_once_a_round() -> None:
    """Each round holds all movements, in an order that the seed decides and that changes from round to round."""
    orders = []
    for seed in (0, 1):
        chunk = brisk(seed=seed, repetitions=3).read(ALL)
        made = [(m, r) for m, r, _ in stretches(chunk.movement, chunk.repetition) if m]
        rounds = [[m for m, r in made if r == number] for number in (1, 2, 3)]
        assert all(sorted(movements) == list(range(1, 13)) for movements in rounds)
        assert rounds[0] != rounds[1]
        orders.append(rounds)
    assert orders[0] != orders[1]


def test_durations_lie_where_they_were_asked_for() -> None:
    """Holds and rests last between the shortest and the longest, to a quantum."""
    chunk = SimulatedWearer(repetitions=2, hold_s=(0.5, 0.8), rest_s=(0.2, 0.3)).read(ALL)
    seconds = [(movement, samples / 200) for movement, _, samples in stretches(chunk.movement, chunk.repetition)]
    assert all(0.475 <= s <= 0.825 for m, s in seconds if m)
    assert all(0.175 <= s <= 0.325 for m, s in seconds if not m)


def test_a_finished_script_gives_what_is_left_and_then_nothing() -> None:
    """The last read is short, later ones are empty with the right shapes."""
    wearer = brisk(movements=(1,), repetitions=1)
    last = wearer.read(ALL)
    assert 0 < len(last.samples) < ALL
    after = wearer.read(5)
    assert after.samples.shape == (0, 8)
    assert len(after.movement) == len(after.repetition) == 0


def test_muscles_follow_the_truth_within_a_quarter_of_a_second() -> None:
    """At the onset of a strong movement the best electrode rises from rest to the plateau in 100 to 300 ms."""
    quiet = Disturbance(noise_uv=0, mains_uv=0)
    wearer = SimulatedWearer(
        1, 5, 1000.0, movements=(4,), repetitions=40, hold_s=(1, 1), rest_s=(1, 1), disturbance=quiet
    )
    chunk = wearer.read(ALL)
    onsets = np.flatnonzero(np.diff(chunk.movement) > 0) + 1
    level = np.sqrt(np.mean([chunk.samples[on : on + 900, 1] ** 2 for on in onsets], axis=0))
    smooth = np.sqrt(np.convolve(level**2, np.ones(25) / 25, "same"))
    plateau = np.sqrt((level[500:] ** 2).mean())
    assert smooth[:20].max() < 0.5 * plateau
    assert 100 < np.argmax(smooth > 0.9 * plateau) < 300


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"subject": 0}, "numbered from 1, and 0"),
        ({"seed": -3}, "from 0, and -3"),
        ({"rate_hz": 50.0}, "100 Hz or more, and 50 Hz"),
        ({"movements": ()}, "no movement to make"),
        ({"movements": (1, 99)}, "1 to 61, and 99"),
        ({"hold_s": (2.0, 1.0)}, "from 2 to 1 s"),
        ({"order": "ninapro"}, "needs a number of repetitions"),
        ({"layout": "hat"}, "no electrode layout 'hat'"),
    ],
)
def test_what_cannot_be_simulated_is_refused(arguments: dict[str, object], sentence: str) -> None:
    """A subject, rate, movement, duration, order or layout that makes no sense is named in one sentence."""
    with pytest.raises(EmgEdgeError, match=sentence):
        SimulatedWearer(**arguments)  # type: ignore[arg-type]
