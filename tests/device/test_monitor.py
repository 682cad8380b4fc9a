import numpy as np
import pytest

from emg_edge.device.monitor import RATE_CHECK_S, Monitor
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.feeds import open_feed
from emg_edge.firmware_bridge.forearm.wearer import SimulatedWearer
from emg_edge.firmware_bridge.protocols.cyton_framing import LIMITS
from emg_edge.firmware_bridge.protocols.cyton_settings import microvolts_per_count
from emg_edge.recordings.open import open_recording
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.source import Source
from emg_edge.signal.units import UV_PER_MYO_COUNT

RATE_HZ = 250.0
CYTON = Source("raw", RATE_HZ, "uV", "ring8")
MYO = Source("raw", 200.0, "myo-count", "ring8")
PER_COUNT = microvolts_per_count((24,) * 8)
RAILS = np.outer(PER_COUNT, LIMITS)
TIME_S = np.arange(int(4 * RATE_HZ)) / RATE_HZ


def muscle(seconds=4.0, seed=0):
    """White noise of a muscle's amplitude, on an electrode's offset."""
    return 20_000 + np.random.default_rng(seed).normal(0, 60, (int(seconds * RATE_HZ), 8))


def watch(samples, source=CYTON, rails=RAILS, block=10, monitor=None):
    """Show samples in blocks; returns the monitor and its sentences."""
    monitor = monitor or Monitor(source, rails, live=False)
    said = []
    for k in range(0, len(samples), block):
        said += monitor.take(SampleBlock(samples[k : k + block].astype(np.float32), k / source.rate_hz))
    return monitor, said


@pytest.mark.parametrize("block", [1, 10, 999])
def test_clean_muscle_is_nothing_to_talk_of(block):
    """However it is cut."""
    monitor, said = watch(muscle(), block=block)
    assert said == []
    assert monitor.flagged == {}


def test_a_channel_at_the_rail_is_named_and_its_recovery_too():
    """Within a second of its beginning, and of its end; once each."""
    samples = muscle(9)
    samples[500:1250, 2] = RAILS[2, 1]
    samples[500:1250, 6] = RAILS[6, 0]
    monitor, said = watch(samples)
    assert [sentence.split(":")[0] for sentence in said] == [
        "channels 3 and 7 are at the rail",
        "channels 3 and 7 are no longer at the rail",
    ]
    assert monitor.flagged == {"3": {"railed"}, "7": {"railed"}}


def test_a_float32_of_the_rail_is_the_rail():
    """What a driver delivers is rounded; the comparison must not miss it."""
    counts = np.full((500, 8), LIMITS[1])
    counts[:, 1] = LIMITS[0]
    samples = (counts * PER_COUNT).astype(np.float32)
    monitor, _ = watch(samples)
    assert monitor.flagged == {str(channel): {"railed"} for channel in range(1, 9)}


def test_a_flat_channel_is_named():
    """The same value all the time, whatever it is; on the rail it is at the rail."""
    samples = muscle()
    samples[:, 0] = 0
    samples[:, 4] = 12_345.6
    monitor, said = watch(samples)
    assert said[0].startswith("channels 1 and 5 are flat")
    assert monitor.flagged == {"1": {"flat"}, "5": {"flat"}}


def test_clipping_is_named_when_it_lasts():
    """A signal larger than the converter, at both rails; what touches one now and then is none."""
    samples = muscle()
    strong = (samples[:, 3] - 20_000) * 3000
    samples[:, 3] = np.clip(strong, RAILS[3, 0], RAILS[3, 1])
    samples[::10, 1] = RAILS[1, 1]
    monitor, said = watch(samples)
    assert said[0].startswith("channel 4 is clipping")
    assert monitor.flagged == {"4": {"clipping"}}


@pytest.mark.parametrize("hz", [50, 60, 50.3, 59.6])
@pytest.mark.parametrize("rate_hz", [250.0, 200.0, 1000.0])
def test_hum_is_named_at_both_mains(hz, rate_hz):
    """Where it outweighs the muscle; the mains need not be exact."""
    time_s = np.arange(int(4 * rate_hz)) / rate_hz
    samples = np.random.default_rng(0).normal(0, 60, (len(time_s), 8))
    samples[:, [4, 5]] += 300 * np.sin(2 * np.pi * hz * time_s)[:, None]
    monitor, said = watch(samples, Source("raw", rate_hz, "uV", "ring8"), None)
    assert said[0].startswith("channels 5 and 6 are full of mains hum")
    assert monitor.flagged == {"5": {"hum"}, "6": {"hum"}}


def test_a_little_hum_is_none():
    """Where the muscle outweighs it."""
    samples = muscle() + 30 * np.sin(2 * np.pi * 50 * TIME_S)[:, None]
    assert watch(samples)[0].flagged == {}


def test_motion_is_named():
    """Slow, large waves."""
    samples = muscle()
    samples[:, 1] += 3000 * np.sin(2 * np.pi * 1.5 * TIME_S)
    monitor, said = watch(samples)
    assert said[0].startswith("channel 2 is swinging slowly")
    assert monitor.flagged == {"2": {"motion"}}


def test_an_offset_is_no_motion():
    """A DC-coupled amplifier sits at tens of millivolts, and drifts a little."""
    samples = muscle() + 100_000 + 10 * TIME_S[:, None]
    assert watch(samples)[0].flagged == {}


def test_what_is_no_number_is_passed_over():
    """NaN is another's business: no symptom, no crash."""
    samples = muscle()
    samples[100:400, 2] = np.nan
    samples[600, 3] = np.inf
    assert watch(samples)[0].flagged == {}
    assert watch(np.full((1000, 8), np.nan))[0].flagged == {}


def arriving(rate_hz, seconds, monitor=None, jitter_s=0.01, lost=0):
    """Blocks of ten that arrive at a rate; returns the monitor and its sentences."""
    monitor = monitor or Monitor(CYTON, RAILS, live=True)
    rng, said = np.random.default_rng(3), []
    samples = muscle(1)[:10].astype(np.float32)
    for k in range(int(seconds * rate_hz / (10 + lost))):
        arrived_s = (k + 1) * (10 + lost) / rate_hz + jitter_s * rng.random()
        said += monitor.take(SampleBlock(samples, arrived_s, lost))
    return monitor, [sentence for sentence in said if "Hz" in sentence]


def test_the_declared_rate_is_no_news():
    """Also with jitter, and when samples are lost: those were made, too."""
    monitor, said = arriving(250.0, 3 * RATE_CHECK_S + 1)
    assert said == []
    assert monitor.measured_hz == pytest.approx(250, rel=0.003)
    assert arriving(250.0, 2 * RATE_CHECK_S + 1, lost=3)[1] == []


@pytest.mark.parametrize("rate_hz", [245.0, 255.0])
def test_another_rate_is_said_once_with_both_values(rate_hz):
    """And so is its return."""
    monitor, said = arriving(rate_hz, 4 * RATE_CHECK_S)
    assert len(said) == 1
    assert said[0].endswith("Hz, and declares 250 Hz")
    assert monitor.measured_hz == pytest.approx(rate_hz, rel=0.002)
    monitor.interrupted()
    _, said = arriving(250.0, 3 * RATE_CHECK_S, monitor)
    assert said == ["the board delivers its 250 Hz again"]


def test_a_silence_is_not_measured():
    """After an interruption the rate is measured anew."""
    monitor, _ = arriving(250.0, RATE_CHECK_S / 2)
    monitor.interrupted()
    late = SampleBlock(muscle(1)[:10].astype(np.float32), 100.0)
    assert monitor.take(late) == []
    assert monitor.measured_hz is None


@pytest.mark.parametrize("subject", [1, 2, 3])
def test_a_simulated_arm_is_well(subject):
    """At rest and in action nothing is flagged, on a Myo."""
    samples = SimulatedWearer(subject, seed=1, movements=(1, 6, 12, 18)).read(200 * 40).samples
    counts = np.clip(np.rint(samples / UV_PER_MYO_COUNT), -128, 127)
    monitor, said = watch(counts, MYO, np.array([[-128.0, 127.0]] * 8))
    assert (said, monitor.flagged) == ([], {})


@pytest.mark.parametrize("name", SIMULATED)
def test_a_simulated_arm_is_well_on_every_board(name):
    """Through each board's converter, offsets and gains included."""
    firmware = SIMULATED[name].make()
    counts = firmware.digitise(open_feed("forearm", firmware, seed=2).read(int(20 * firmware.rate_hz))[0])
    unit = "myo-count" if name == "myo" else "uV"
    layout = {4: "ring4", 8: "ring8", 16: "double-ring"}[firmware.channels]
    source = Source("raw", firmware.rate_hz, unit, layout)
    rails = np.array([firmware.limits] * firmware.channels, float)
    monitor, said = watch(counts, source, rails)
    assert (said, monitor.flagged) == ([], {})


@pytest.mark.realdata
def test_real_muscle_on_a_myo_is_well(shared_data):
    """NinaPro DB5, the first two people, both rings: neither rest nor movements are taken for a fault."""
    recordings = sorted((shared_data / "ninapro" / "DB5").rglob("*.mat"))
    assert recordings
    for path in recordings[:2]:
        samples = open_recording(path).samples
        monitor, _ = watch(samples, MYO, np.array([[-128.0, 127.0]] * samples.shape[1]), block=1000)
        assert monitor.flagged == {}


@pytest.mark.realdata
def test_real_railed_channels_are_found(shared_data):
    """A recording of a Cyton has its channels 2 to 8 open: they are named, and channel 1 is not."""
    recording = open_recording(shared_data / "openbci" / "brainflow_cyton_5000.tsv")
    monitor, _ = watch(recording.samples, CYTON, RAILS)
    railed = {channel for channel, kinds in monitor.flagged.items() if "railed" in kinds}
    assert railed == {str(channel) for channel in range(2, 9)}
