import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from emg_edge.firmware_bridge.forearm.muscles import MUSCLES
from emg_edge.firmware_bridge.forearm.musclesignal import Disturbance, MuscleSignal

QUIET = Disturbance(noise_uv=0, mains_uv=0)


def hold(signal: MuscleSignal, movement: int, seconds: float) -> NDArray[np.float32]:
    """(n, channels) in microvolts, of a movement that has been held for a second before."""
    drive = signal.person.activation(movement)
    before, quanta = (round(s * signal.rate_hz / signal.quantum) for s in (1.0, seconds))
    return np.concatenate([signal.step(drive) for _ in range(before + quanta)][before:])


def rms(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt((samples.astype(np.float64) ** 2).mean(axis=0)))


def spectrum(samples: NDArray[np.float32], rate_hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies and mean power of one channel, in bins of 1 Hz."""
    n = round(rate_hz)
    pieces = samples[: len(samples) // n * n].reshape(-1, n) * np.hanning(n)
    power = (np.abs(np.fft.rfft(pieces)) ** 2).mean(axis=0)
    return np.fft.rfftfreq(n, 1 / rate_hz).astype(np.float64), power.astype(np.float64)


def test_the_same_seed_gives_the_same_signal_and_another_seed_another() -> None:
    """A stream is decided by subject and seed."""
    first, again, other = (hold(MuscleSignal(1, (seed,)), 3, 1.0) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("subject", [1, 2, 3])
def test_amplitudes_are_those_of_skin_electrodes(subject: int) -> None:
    """Rest stays at some microvolts RMS on most electrodes, finger movements reach 30 to 400 on the best."""
    signal = MuscleSignal(subject)
    assert 4 < np.median(rms(hold(signal, 0, 10.0))) < 12
    best = [rms(hold(signal, movement, 2.0)).max() for movement in range(1, 13)]
    assert min(best) > 25
    assert 100 < max(best) < 400


def test_samples_are_float32_of_the_layout() -> None:
    """A quantum is (quantum, channels) float32."""
    signal = MuscleSignal(rate_hz=2000.0, layout="ninapro-delsys12")
    block = signal.step(np.zeros(len(MUSCLES)))
    assert block.shape == (signal.quantum, signal.channels) == (50, 12)
    assert block.dtype == np.float32


def test_more_activation_gives_more_signal_with_more_and_faster_units() -> None:
    """Amplitude rises with effort and is zero without any."""
    levels = []
    for effort in (0.0, 0.2, 0.5, 1.0):
        signal = MuscleSignal(disturbance=QUIET)
        drive = signal.person.activation(4) * effort
        levels.append(rms(np.concatenate([signal.step(drive) for _ in range(200)][60:])).max())
    assert levels[0] == 0
    assert all(low * 1.3 < high for low, high in itertools.pairwise(levels[1:]))


def test_neighbouring_electrodes_hear_nearly_the_same() -> None:
    """Around the ring the pattern of a movement is smooth: one hill, no electrode silent beside a loud one."""
    level = rms(hold(MuscleSignal(1, disturbance=QUIET), 4, 5.0))
    steps = np.abs(np.log(level / np.roll(level, 1)))
    assert steps.max() < np.log(5)
    away = np.abs((np.arange(8) - level.argmax() + 4) % 8 - 4)
    assert level[away <= 1].min() > level[away >= 3].max()


def test_the_spectrum_is_that_of_surface_emg() -> None:
    """At 1 kHz most power lies between 20 and 150 Hz and nearly none above 300 Hz or at zero."""
    hz, power = spectrum(hold(MuscleSignal(1, rate_hz=1000.0, disturbance=QUIET), 4, 20.0)[:, 1], 1000.0)
    share = power / power.sum()
    assert share[(hz >= 20) & (hz <= 150)].sum() > 0.75
    assert share[hz > 300].sum() < 0.01
    assert share[hz < 5].sum() < 0.01


@pytest.mark.parametrize(("mains_hz", "elsewhere_hz"), [(50, 60), (60, 50)])
def test_mains_hum_is_a_line_where_it_is_wanted(mains_hz: int, elsewhere_hz: int) -> None:
    """Hum of 10 uV stands far above its neighbourhood at rest, and without hum nothing does."""
    for mains_uv, expected in ((10.0, True), (0.0, False)):
        disturbance = Disturbance(mains_uv=mains_uv, mains_hz=mains_hz)
        hz, power = spectrum(hold(MuscleSignal(1, rate_hz=1000.0, disturbance=disturbance), 0, 10.0)[:, 3], 1000.0)
        assert bool(power[hz == mains_hz][0] > 100 * power[hz == elsewhere_hz][0]) is expected


def test_drift_moves_the_baseline_without_steps() -> None:
    """Drift of 1 mV wanders about zero, and adds nothing that a high-pass would not remove."""
    wander = Disturbance(noise_uv=0, mains_uv=0, drift_uv=1000.0)
    signal, plain = MuscleSignal(1, disturbance=wander), MuscleSignal(1, disturbance=QUIET)
    nothing = np.zeros(len(MUSCLES))
    drifting = np.concatenate([signal.step(nothing) for _ in range(4000)])[:, 0]
    assert 300 < drifting.std() < 2000
    assert np.abs(np.diff(drifting)).max() < 300
    assert np.concatenate([plain.step(nothing) for _ in range(4000)])[1000:].std() == 0


def test_a_wrong_drive_is_a_mistake_of_the_caller() -> None:
    """A drive for another number of muscles is refused with both numbers."""
    with pytest.raises(ValueError, match=rf"\(3,\).*each of {len(MUSCLES)} muscles"):
        MuscleSignal().step(np.zeros(3))
