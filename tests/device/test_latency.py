import numpy as np
import pytest

from emg_edge.device.latency import Delays


def test_percentiles_are_right_to_one_per_cent():
    """Against numpy on a hundred thousand delays of three orders of magnitude."""
    delays_ms = np.random.default_rng(0).lognormal(0, 1.5, 100_000)
    counted = Delays()
    for delay_ms in delays_ms:
        counted.add(delay_ms)
    expected = np.percentile(delays_ms, [50, 95, 99])
    np.testing.assert_allclose(counted.percentiles((0.5, 0.95, 0.99)), expected, rtol=0.015)


def test_a_percentile_is_never_flattering():
    """The value is the upper end of its bin: at least what was measured."""
    counted = Delays()
    counted.add(3.0)
    assert counted.percentiles((0.5,))[0] == pytest.approx(3.0, rel=0.011)
    assert counted.percentiles((0.5,))[0] >= 3.0


def test_none_without_a_delay():
    """No delay has no percentile."""
    assert Delays().percentiles((0.5,)) is None


@pytest.mark.parametrize("delay_ms", [0.0, -1.0, 1e12])
def test_what_is_out_of_range_counts_at_the_edge(delay_ms):
    """A clock's oddity neither raises nor vanishes."""
    counted = Delays()
    counted.add(delay_ms)
    assert counted.percentiles((1.0,)) is not None
