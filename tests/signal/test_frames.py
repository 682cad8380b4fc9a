import numpy as np
import pytest

from emg_edge.signal.frontend import FrontEnd, SignalPath
from emg_edge.signal.source import Source
from emg_edge.signal.spec import RAW_CLIP_SD, default_spec

MYO = Source("raw", 200.0, "myo-count", "ring8")


@pytest.mark.parametrize(("hz", "loud"), [(30.0, 0), (70.0, 1)])
def test_a_tone_is_loud_in_its_own_band(hz: float, loud: int) -> None:
    """Features stand band by band: channel 3 of the first band is the third, of the second the eleventh."""
    x = np.zeros((800, 8))
    x[:, 2] = 50 * np.sin(2 * np.pi * hz * np.arange(800) / 200)
    spec = default_spec("raw", 15, frames="sub-bands")
    frames = FrontEnd(spec, MYO).push(x)[10:]
    assert frames.shape[1] == spec.features == 16
    silent = np.log(np.float32(spec.floor("myo-count")))
    assert (frames.argmax(axis=1) == 2 + 8 * loud).all()
    assert (frames[:, 2 + 8 * loud] > frames[:, 2 + 8 * (1 - loud)] + 0.3).all()
    np.testing.assert_allclose(np.delete(frames, [2, 10], axis=1), silent, atol=1e-5)


def test_raw_frames_are_the_samples_of_the_signal_path() -> None:
    """One frame a sample, high-passed, in the source's unit, without a logarithm."""
    x = np.random.default_rng(1).normal(40, 20, (300, 8)).astype(np.float32)
    spec = default_spec("raw", 80, frames="raw")
    front_end = FrontEnd(spec, MYO)
    np.testing.assert_array_equal(front_end.push(x), SignalPath(spec, MYO).push(x).astype(np.float32))
    assert [front_end.timing.newest(i) for i in range(3)] == [0, 1, 2]
    assert spec.clip == RAW_CLIP_SD
    assert (spec.context_ms, spec.hop_ms) == (400.0, 50.0)
