from collections.abc import Iterator

import pytest

from emg_edge.device.benchmark.stopwatch import Stopwatch


class Clock:
    """Goes on only when it is told to."""

    now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    return Clock()


def test_what_a_stage_calls_is_not_counted_twice(clock: Clock) -> None:
    """A stage inside another has its time, and the other has the rest."""
    watch = Stopwatch("loop", clock)

    def inner() -> str:
        clock.now += 5
        return "found"

    timed = watch.timed("inner", inner)

    def outer() -> str:
        clock.now += 1
        told: str = timed()
        clock.now += 2
        return told

    clock.now += 10
    assert watch.timed("outer", outer)() == "found"
    clock.now += 20
    assert watch.lap() == {"loop": 30, "outer": 3, "inner": 5}


def test_a_lap_ends_in_the_middle_of_a_stage(clock: Clock) -> None:
    """What has run so far is in it, the rest in the next."""
    watch = Stopwatch("loop", clock)
    laps = []

    def work() -> None:
        clock.now += 4
        laps.append(watch.lap())
        clock.now += 6

    watch.timed("work", work)()
    assert laps == [{"loop": 0, "work": 4}]
    assert watch.lap() == {"work": 6, "loop": 0}


def test_a_stage_that_raises_is_left(clock: Clock) -> None:
    """Its time until then is its own, and what comes after is not."""
    watch = Stopwatch("loop", clock)

    def fail() -> None:
        clock.now += 7
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - its own
        watch.timed("work", fail)()
    clock.now += 1
    assert watch.lap() == {"loop": 1, "work": 7}
