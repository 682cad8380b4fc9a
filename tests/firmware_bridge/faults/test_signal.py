import numpy as np
import pytest

from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.firmware_bridge.faults.signal import SignalFaults

LIMITS = (-1000, 900)
RATE_HZ = 250.0
TIME_S = np.arange(1500) / RATE_HZ
SAMPLES = np.random.default_rng(0).normal(0, 50, (1500, 8))
COUNTS = np.rint(SAMPLES).astype(np.int32)
ON = (TIME_S >= 2) & (TIME_S < 4)


def analogue(fault):
    return SignalFaults([fault], LIMITS).analogue(SAMPLES, TIME_S)


def digital(fault, cut=1500):
    faults = SignalFaults([fault], LIMITS)
    pieces = [faults.digital(COUNTS[k : k + cut], TIME_S[k : k + cut]) for k in range(0, 1500, cut)]
    return np.concatenate(pieces)


@pytest.mark.parametrize(
    "fault",
    [kinds.Hum(at_s=2, for_s=2), kinds.Motion(at_s=2, for_s=2), kinds.Saturation(at_s=2, for_s=2),
     kinds.Shift(at_s=2, for_s=2)],
)  # fmt: skip
def test_a_fault_at_the_electrodes_keeps_to_its_time(fault):
    """Before and after it, the signal is bit for bit what it was; within, it is another."""
    disturbed = analogue(fault)
    assert (disturbed[~ON] == SAMPLES[~ON]).all()
    assert (disturbed[ON] != SAMPLES[ON]).any(axis=1).mean() > 0.9


@pytest.mark.parametrize("fault", [kinds.Hum(channels=(2, 5)), kinds.Motion(channels=(2, 5))])
def test_a_wave_comes_to_the_channels_named(fault):
    """Channels count from 1; the others stay as they were."""
    added = analogue(fault) - SAMPLES
    assert (added[:, [0, 2, 3, 5, 6, 7]] == 0).all()
    assert np.abs(added[:, 1]).max() == pytest.approx(fault.uv, rel=0.06)  # sampled five times a turn
    assert added[:, 1] == pytest.approx(added[:, 4], abs=1e-9)


def test_hum_has_its_frequency_and_amplitude():
    """A sine of so many microvolts at the mains' frequency."""
    added = analogue(kinds.Hum(hz=60, uv=200)) - SAMPLES
    spectrum = np.abs(np.fft.rfft(added[:, 3])) / len(added) * 2
    assert np.fft.rfftfreq(len(added), 1 / RATE_HZ)[spectrum.argmax()] == 60
    assert spectrum.max() == pytest.approx(200, rel=1e-6)


def test_a_ring_that_slips_moves_all_channels():
    """Channel k then measures what channel k - by did."""
    assert (analogue(kinds.Shift(by=3)) == np.roll(SAMPLES, 3, axis=1)).all()


def test_a_muscle_tires_gradually_and_stays_tired():
    """The amplitude falls in a straight line to its share, and stays there when the time is over."""
    share = analogue(kinds.Fatigue(at_s=1, for_s=2, factor=0.5))[:, 0] / SAMPLES[:, 0]
    assert share[TIME_S <= 1] == pytest.approx(1)
    assert share[TIME_S == 2] == pytest.approx(0.75)
    assert share[TIME_S >= 3] == pytest.approx(0.5)


@pytest.mark.parametrize("cut", [1, 7, 1500])
def test_a_loose_electrode_is_at_the_rail(cut):
    """Its channel says the highest count all the time, however the signal is cut."""
    counts = digital(kinds.LeadOff(at_s=2, for_s=2, channels=(3, 8)), cut)
    assert (counts[ON][:, [2, 7]] == LIMITS[1]).all()
    kept = np.ones(COUNTS.shape, bool)
    kept[np.ix_(ON, [2, 7])] = False
    assert (counts[kept] == COUNTS[kept]).all()


@pytest.mark.parametrize("cut", [1, 7, 1500])
def test_a_frozen_channel_says_what_it_said_last(cut):
    """One value from the moment it froze, and the signal again afterwards."""
    counts = digital(kinds.Flat(at_s=2, for_s=2, channels=(1,)), cut)
    assert (counts[ON, 0] == COUNTS[ON][0, 0]).all()
    assert (counts[~ON] == COUNTS[~ON]).all()
    assert (counts[:, 1:] == COUNTS[:, 1:]).all()


def test_no_channel_named_means_all_and_those_that_are_not_there_are_left():
    """A script for sixteen channels runs on eight."""
    assert (digital(kinds.LeadOff(channels=())) == LIMITS[1]).all()
    assert (digital(kinds.LeadOff(channels=(16,))) == COUNTS).all()


def test_saturation_is_for_the_converter_to_clip():
    """The signal grows; a converter then says its limits."""
    grown = analogue(kinds.Saturation(gain=100, channels=(4,)))
    assert (grown[:, 3] == SAMPLES[:, 3] * 100).all()
    assert (np.delete(grown, 3, axis=1) == np.delete(SAMPLES, 3, axis=1)).all()


def test_faults_add_up():
    """Two hums are the sum of both."""
    both = SignalFaults([kinds.Hum(uv=10), kinds.Hum(hz=60, uv=20)], LIMITS).analogue(SAMPLES, TIME_S) - SAMPLES
    alone = analogue(kinds.Hum(uv=10)) + analogue(kinds.Hum(hz=60, uv=20)) - 2 * SAMPLES
    assert both == pytest.approx(alone, abs=1e-9)
