import numpy as np
import pytest
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.adaptation import Adjustment, adaptation, ratio
from emg_edge.signal.frontend import FrontEnd, SignalPath
from emg_edge.signal.montage import Turn
from emg_edge.signal.source import Domain, Source, Unit
from emg_edge.signal.spec import SignalSpec, default_spec

RAW, ENVELOPE = default_spec("raw", 15), default_spec("envelope", 7)
MYO = Source("raw", 200.0, "myo-count", "ring8")


def board(rate_hz: float = 250.0, unit: Unit = "uV", layout: str = "ring8", domain: Domain = "raw") -> Source:
    return Source(domain, rate_hz, unit, layout)


def noise(source: Source, seconds: float = 3.0, sd: float = 20.0) -> NDArray[np.float64]:
    return np.random.default_rng(7).normal(0, sd, (int(seconds * source.rate_hz), source.channels))


def test_what_fits_needs_nothing() -> None:
    """A Myo on a model of Myos: the spec's high-pass, no cost, and the word on mains hum."""
    way = adaptation(RAW, MYO)
    assert len(way.stages) == len(RAW.sections) == 1
    assert way.costs == ()
    assert way.done == ("mains hum is not filtered out, as in training; --notch 50 or --notch 60 would",)


@pytest.mark.parametrize(
    ("rate", "to", "expected"),
    [
        (200, 200, "1"),
        (250, 200, "5/4"),
        (125, 200, "5/8"),
        (1000, 200, "5"),
        (1111, 200, "1111/200"),
        (1925.93, 200, "260/27"),
        (199.2, 200, "1"),
        (2004, 200, "10"),
        (197, 200, "197/200"),
    ],
)
def test_a_ratio_is_in_whole_numbers(rate: float, to: float, expected: str) -> None:
    """Rates within half a per cent of a whole multiple are taken for it; others are met within that."""
    found = ratio(rate, to)
    assert str(found) == expected
    assert float(found) * to == pytest.approx(rate, rel=0.005)


@pytest.mark.parametrize("spec", [RAW, ENVELOPE], ids=["raw", "envelope"])
@pytest.mark.parametrize("rate", [101.0, 110.0, 125.0, 187.3, 201.5, 250.0, 256.0, 333.0, 499.0, 512.0, 1111.0, 4000.0])
def test_every_rate_gives_the_specs_frames(spec: SignalSpec, rate: float) -> None:
    """A frame each 25 or 50 ms of the board's own samples, and all of them finite."""
    source = board(rate)
    frames = FrontEnd(spec, source)
    out = frames.push(noise(source, 4.0))
    assert np.isfinite(out).all()
    step_s = spec.frame.step / spec.rate_hz
    assert float(frames.timing.stride) / rate == pytest.approx(step_s, rel=0.005)
    assert len(out) == pytest.approx(4.0 / step_s, abs=3)


def test_white_noise_has_the_amplitude_of_its_band() -> None:
    """The same source density at 200, 250 and 1000 Hz gives the same frames within a tenth (Decimate cuts at 80 Hz)."""

    def level(rate: float) -> float:
        source = board(rate)
        return float(FrontEnd(RAW, source).push(noise(source, 30.0, 20 * np.sqrt(rate / 200)))[20:].mean())

    assert level(250.0) == pytest.approx(level(200.0), abs=0.1)
    assert level(1000.0) == pytest.approx(level(200.0), abs=0.25)


@pytest.mark.parametrize(("rate", "said"), [(125.0, "125 Hz holds nothing above 62.5 Hz"), (100.0, "above 50 Hz")])
@pytest.mark.parametrize("spec", [RAW, ENVELOPE], ids=["raw", "envelope"])
def test_what_a_slow_board_misses_is_said(spec: SignalSpec, rate: float, said: str) -> None:
    """Its Nyquist frequency, and what the model was trained on."""
    costs = adaptation(spec, board(rate)).costs
    assert len(costs) == 1
    assert said in costs[0]
    assert "up to 100 Hz" in costs[0]


def test_a_delay_is_said() -> None:
    """Which rates, and by how much later."""
    assert "resampled from 250 to 200 Hz, with a delay of 15 ms" in adaptation(RAW, board()).done
    assert "resampled from 1000 to 200 Hz, with a delay of 40 ms" in adaptation(RAW, board(1000.0)).done
    assert "resampled from 1111 to 1100 Hz, with a delay of 3 ms" in adaptation(ENVELOPE, board(1111.0)).done


def test_volts_are_converted_exactly() -> None:
    """The frames are those of a board in the model's unit, and nothing is lost."""
    adjustment = Adjustment(unit="V")
    volts = FrontEnd(RAW, board(unit="V")).push(noise(board()) * 1e-6)
    np.testing.assert_allclose(FrontEnd(RAW, board(), adjustment=adjustment).push(noise(board())), volts, atol=1e-6)
    way = adaptation(RAW, board(), adjustment=adjustment)
    assert (way.unit, way.costs) == ("V", ())
    assert "microvolts are converted to volts" in way.done


def test_a_nominal_factor_costs() -> None:
    """A Cyton on a model of Myos: 5 microvolts a count, with the floor in counts, and a word on it."""
    adjustment = Adjustment(unit="myo-count")
    source = board(200.0)
    counts = FrontEnd(RAW, MYO).push(noise(MYO))
    np.testing.assert_allclose(FrontEnd(RAW, source, adjustment=adjustment).push(5 * noise(source)), counts, atol=1e-5)
    (cost,) = adaptation(RAW, source, adjustment=adjustment).costs
    assert "microvolts" in cost
    assert "Myo count is taken for 5 microvolts" in cost


def test_a_turned_ring_is_read_in_order() -> None:
    """Columns as the turn says, said with the electrode that comes first."""
    way = adaptation(RAW, MYO, adjustment=Adjustment(Turn(3)))
    assert way.columns == (3, 4, 5, 6, 7, 0, 1, 2)
    assert "the ring is read from its electrode 4 on" in way.done
    way = adaptation(RAW, MYO, adjustment=Adjustment(Turn(0, mirrored=True)))
    assert way.columns == (0, 7, 6, 5, 4, 3, 2, 1)
    assert "the ring is read the other way round, from its electrode 1 on" in way.done
    assert way.costs == ()


def test_a_ring_of_eight_serves_a_model_of_four() -> None:
    """Every second electrode, which is said."""
    spec = default_spec("raw", 15, "ring4")
    assert adaptation(spec, MYO).columns == (0, 2, 4, 6)
    assert "every second electrode of the ring is read" in adaptation(spec, MYO).done
    assert not any("second" in line for line in adaptation(spec, board(layout="ring4")).done)


@pytest.mark.parametrize(("hz", "rate"), [(50.0, 250.0), (60.0, 250.0), (50.0, 1000.0), (50.0, 125.0)])
def test_a_notch_takes_hum_and_its_harmonics_out(hz: float, rate: float) -> None:
    """After a second, hum of 100 microvolts with harmonics up to 400 Hz is below 1; without the notch it is not."""
    source = board(rate)
    when = np.arange(int(4 * rate)) / rate
    harmonics = [k for k in range(1, int(400 / hz) + 1) if k * hz < rate / 2]
    hum = sum(100 / k * np.sin(2 * np.pi * k * hz * when + k) for k in harmonics)[:, None] * np.ones(8)
    with_notch = SignalPath(ENVELOPE, source, adjustment=Adjustment(notch_hz=hz))
    assert SignalPath(ENVELOPE, source).push(hum)[-200:].max() > 30
    assert with_notch.push(hum)[-200:].max() < 1


def test_a_notch_leaves_the_muscle() -> None:
    """All notches together take less than a twentieth of a white signal's amplitude, and this is said to cost."""
    source = board(1000.0)
    plain = FrontEnd(ENVELOPE, source).push(noise(source, 20.0))
    adjustment = Adjustment(notch_hz=50.0)
    notched = FrontEnd(ENVELOPE, source, adjustment=adjustment).push(noise(source, 20.0))
    assert -0.05 < (notched - plain)[20:].mean() < 0
    way = adaptation(ENVELOPE, source, adjustment=adjustment)
    assert way.costs == (
        "the 50 Hz notch takes a little of the muscle's signal away, and the model was trained without it",
    )
    assert not any("hum" in line for line in way.done)


def test_the_specs_own_notch_is_not_doubled() -> None:
    """The device's adds the harmonics only."""
    spec = default_spec("raw", 15, notch_hz=50.0)
    plain, extra = (adaptation(spec, board(), adjustment=Adjustment(notch_hz=hz)) for hz in (0.0, 50.0))
    assert "mains hum of 50 Hz is filtered out, as in training" in plain.done
    assert len(extra.stages) == len(plain.stages) + 1  # 100 Hz
    assert "without its harmonics" in extra.costs[0]


def test_an_envelope_faster_than_the_models_is_resampled_and_stays_above_zero() -> None:
    """A home-made envelope at 500 or 333 Hz: a step down rings below zero, which no logarithm would survive."""
    for rate in (333.0, 500.0):
        source = board(rate, domain="envelope")
        step = np.where(np.arange(int(rate)) < rate / 2, 100.0, 0.0)[:, None] * np.ones(8)
        signal = SignalPath(ENVELOPE, source).push(step)
        assert signal.min() == 0
        assert signal.max() == pytest.approx(100, rel=0.15)
        assert np.isfinite(FrontEnd(ENVELOPE, source).push(step)).all()


@pytest.mark.parametrize(
    ("spec", "source", "adjustment", "found", "expected"),
    [
        (RAW, board(100.0, "db1-volt", "ninapro-db1", "envelope"), {}, "rectified envelope", "expects raw EMG"),
        (RAW, board(80.0), {}, "has 80 Hz", "expects 200 Hz"),
        (ENVELOPE, board(80.0), {}, "has 80 Hz", "expects 100 Hz"),
        (ENVELOPE, board(50.0, domain="envelope"), {}, "at 50 Hz", "expects 100 Hz"),
        (default_spec("raw", 15, "ring16"), MYO, {}, "8 channels", "16-channel"),
        (RAW, board(layout="ring4"), {}, "4 channels", "8-channel"),
        (RAW, board(layout="channels-6"), {}, "6 channels", "8-channel"),
        (ENVELOPE, board(unit="db1-volt"), {"unit": "uV"}, "in 'db1-volt'", "to 'uV'"),
        (ENVELOPE, board(domain="envelope"), {"notch_hz": 50.0}, "50 Hz notch", "rectified envelope"),
        (RAW, board(110.0), {"notch_hz": 60.0}, "60 Hz", "110 Hz"),
    ],
)
def test_a_source_that_cannot_serve_is_refused(
    spec: SignalSpec, source: Source, adjustment: dict[str, object], found: str, expected: str
) -> None:
    """What the source is and what the model expects are both named."""
    with pytest.raises(SpecError) as refused:
        adaptation(spec, source, adjustment=Adjustment(**adjustment))
    assert found in str(refused.value)
    assert expected in str(refused.value)
