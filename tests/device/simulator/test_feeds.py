import dataclasses
import itertools

import numpy as np
import pytest
from support.recorded import description, record
from support.recorded import with_more as more

from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.feeds import OFFSET_UV, RecordingFeed, open_feed
from emg_edge.errors import EmgEdgeError
from emg_edge.firmware_bridge.simulated.feed import CounterFeed
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.adaptation import ratio
from emg_edge.signal.resample import delay_s
from emg_edge.signal.source import Source

SIZES = (1, 7, 50, 333)


def read_all(feed, sizes=SIZES):
    """Read in odd pieces to the end."""
    sizes = itertools.cycle(sizes)
    return np.concatenate(list(itertools.takewhile(len, (feed.read(n)[0] for n in sizes))))


@pytest.mark.parametrize("name", SIMULATED)
def test_the_counter_says_which_sample_it_is(name):
    """Channel k of sample n: (n + 1000 k) mod 2^20 on 24 bits, ((n + 7 k) mod 256) - 128 on the Myo; never beyond."""
    firmware = SIMULATED[name].make()
    feed = open_feed("counter", firmware)
    assert isinstance(feed, CounterFeed)
    counts = np.concatenate([feed.read(n)[0] for n in (1, 70, 1000, 0, 3)]).astype(np.int64)
    n, k = np.mgrid[: len(counts), : firmware.channels]
    if name == "myo":
        expected = (n + 7 * k) % 256 - 128
    elif firmware.limits[1] >= 1 << 20:
        expected = (n + 1000 * k) % (1 << 20)
    else:
        expected = (n + (1000 if feed.modulus > 1 << 10 else 7) * k) % feed.modulus - feed.offset
    assert (counts == expected).all()
    assert firmware.limits[0] <= counts.min() <= counts.max() <= firmware.limits[1]


@pytest.mark.parametrize("name", SIMULATED)
def test_the_forearm_fits_every_board(name):
    """As many channels as the board has, at a muscle's amplitude, the same for the same seed, in pieces of any size."""
    firmware = SIMULATED[name].make()
    first, again = (open_feed("forearm", firmware, seed=4) for _ in range(2))
    whole = first.read(2000)[0]
    pieces = np.concatenate([again.read(n)[0] for n in (1, 999, 1000)])
    assert whole.shape == (2000, firmware.channels)
    assert whole == pytest.approx(pieces)
    assert 5 < (whole - whole.mean(axis=0)).std() < 1000
    dc_coupled = firmware.limits[1] >= 1 << 17
    assert np.abs(whole.mean(axis=0)).max() > 1000 if dc_coupled else np.abs(whole.mean(axis=0)).max() < 100
    assert np.abs(whole.mean(axis=0)).max() <= OFFSET_UV
    counts = firmware.digitise(whole)
    assert firmware.limits[0] < counts.min()
    assert counts.max() < firmware.limits[1]


def test_a_recording_of_a_myo_comes_out_of_a_simulated_myo_count_for_count(recording):
    """Counts to microvolts at the electrodes and back are the counts, and the truth goes with them."""
    firmware = SIMULATED["myo"].make()
    feed = RecordingFeed(recording, 8, 200.0)
    counts, movement = [], []
    while len((piece := feed.read(77))[0]):
        counts.append(firmware.digitise(piece[0]))
        movement.append(piece[1])
    assert (np.concatenate(counts) == recording.samples).all()
    assert (np.concatenate(movement) == recording.movement).all()


def test_a_recording_at_another_rate_is_resampled(recording):
    """200 Hz through a Cyton of 250: a sine stays that sine, delayed as a causal filter must, in pieces of any size."""

    def sine(time_s):
        return 100 * np.sin(2 * np.pi * 30 * time_s)

    samples = sine(np.arange(2400) / 200)[:, None].repeat(8, axis=1).astype(np.float32)
    source = Source("raw", 200.0, "uV", "ring8")
    slow = dataclasses.replace(recording, samples=samples, source=source)
    given = read_all(RecordingFeed(slow, 8, 250.0))
    steps = ratio(200.0, 250.0)
    assert len(given) == pytest.approx(3000, abs=2)
    settled = np.arange(len(given))[100:]
    assert given[100:, 3] == pytest.approx(sine(settled / 250 - delay_s(steps, 200.0)), abs=3)  # its ripple
    assert given == pytest.approx(read_all(RecordingFeed(slow, 8, 250.0), (5000,)))


def test_sixteen_electrodes_feed_both_rings_of_a_daisy(recording):
    """The board's first eight channels are the upper ring, the others the lower; a board of eight gets the upper."""
    samples = np.arange(16, dtype=np.float32)[None].repeat(400, axis=0)
    double = dataclasses.replace(recording, samples=samples, source=Source("raw", 125.0, "uV", "double-ring"))
    assert read_all(RecordingFeed(double, 16, 125.0))[0].tolist() == list(range(16))
    assert read_all(RecordingFeed(double, 8, 125.0))[0].tolist() == list(range(8))


def test_a_recording_of_ours_feeds_a_board(tmp_path):
    """The file that `record` wrote, in microvolts."""
    samples = np.random.default_rng(0).normal(0, 50, (500, 8)).astype(np.float32)
    block = more(SampleBlock(samples, 1000.0), movement=np.full(500, 6, np.int16))
    feed = open_feed(str(record(tmp_path / "x.tsv", [block], description())), SIMULATED["cyton"].make())
    assert read_all(feed) == pytest.approx(samples)


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"1,2\n3,4\n"])
def test_a_source_that_is_none_is_one_sentence(tmp_path, content):
    """A missing file, an empty one, and what is no recording."""
    path = tmp_path / "source.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EmgEdgeError) as caught:
        open_feed(str(path), SIMULATED["cyton"].make())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (Source("envelope", 100.0, "uV", "ring8"), "envelope"),
        (Source("raw", 200.0, "db1-volt", "ring8"), "microvolts"),
        (Source("raw", 200.0, "uV", "ring4"), "8 electrodes"),
    ],
)
def test_a_recording_that_does_not_fit_the_board_says_why(recording, source, told):
    """Rectified, in a unit of its own, or from too few electrodes."""
    samples = recording.samples[:, : source.channels]
    with pytest.raises(EmgEdgeError, match=told) as caught:
        RecordingFeed(dataclasses.replace(recording, samples=samples, source=source), 8, 250.0)
    assert "\n" not in str(caught.value)
