import math
import time

import pytest

from emg_edge.device.boards.pace import RESYNC_S, Pace


def test_samples_are_due_at_exact_multiples():
    """Due times are start + k / rate, whenever the waiting ended: nothing drifts."""
    pace = Pace(1000.0)
    due = [pace.wait(k, 1.0) for k in (10, 20, 30)]
    assert due[1] - due[0] == pytest.approx(0.010)
    assert due[2] - due[0] == pytest.approx(0.020)


def test_waiting_blocks_until_the_sample_is_due():
    """A sample is not handed out before its time."""
    pace = Pace(100.0)
    due_s = pace.wait(5, 1.0)
    assert time.monotonic() >= due_s


def test_what_is_not_due_within_the_time_out_is_none():
    """The time-out is slept through, and says None."""
    pace = Pace(10.0)
    began_s = time.monotonic()
    assert pace.wait(10, 0.02) is None
    assert 0.02 <= time.monotonic() - began_s < 0.9


def test_what_is_late_comes_at_once_with_its_own_due_time():
    """A held up reader catches up; lateness shows as latency, not as a shifted clock."""
    pace = Pace(100.0)
    time.sleep(0.1)
    began_s = time.monotonic()
    due_s = pace.wait(2, 1.0)
    assert due_s is not None
    assert due_s < began_s - 0.05
    assert time.monotonic() - began_s < 0.05


def test_a_long_sleep_of_the_host_is_not_caught_up():
    """Further behind than RESYNC_S, the clock starts anew: the sample after is due a step from now."""
    pace = Pace(100.0)
    time.sleep(RESYNC_S + 0.05)
    first_s = pace.wait(1, 1.0)
    assert abs(time.monotonic() - first_s) < 0.05
    assert pace.wait(2, 1.0) == pytest.approx(first_s + 0.01)


def test_full_speed_waits_for_nothing():
    """An infinite rate hands everything out now."""
    pace = Pace(math.inf)
    began_s = time.monotonic()
    assert pace.wait(10**9, 0.0) >= began_s
    assert time.monotonic() - began_s < 0.5
