"""From the bytes of a board to decisions, in C: what the live loop decides, and what it does when the line fails."""

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray
from support.micro_c import Decision, Library

from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.micro import micro_runtime
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.device.decoder import Decoder
from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.simulated.framed import DEFAULT
from emg_edge.quantize.micro.plan import Plan
from emg_edge.signal.adaptation import Adjustment
from emg_edge.signal.frontend import FrontEnd

STATES = ("active", "rest", "unknown", "stale")
SAMPLES = 8  # a frame


@pytest.fixture(scope="module")
def counts() -> NDArray[np.int32]:
    """Ten seconds of a board's counts: muscle that comes and goes."""
    rng = np.random.default_rng(3)
    time_s = np.arange(10_000)[:, None] / 1000
    effort = 40 + 1500 * np.maximum(0, np.sin(2 * np.pi * (0.3 * time_s + np.arange(8) / 8)))
    return np.clip(effort * rng.standard_normal((10_000, 8)), -32768, 32767).astype(np.int32)


def data(counts: NDArray[np.int32], first: int = 0) -> list[bytes]:
    """The frames of a board that has sent `first` samples before."""
    return [
        framed.encode_data(counts[at : at + SAMPLES], first + at, DEFAULT.width)
        for at in range(0, len(counts), SAMPLES)
    ]


HELLO = framed.encode_hello(DEFAULT)


@pytest.fixture
def started(library: Library, model: ModelFile) -> tuple[Library, list[Decision]]:
    """The decoder, begun anew with the microcontroller's interpreter as its network, and what it will say."""
    said: list[Decision] = []
    network = Network(model.flatbuffer, micro_runtime())
    scale, zero = network.input.scale, network.input.zero_point
    out = network.outputs["logits"]

    def run(window: NDArray[np.int8]) -> NDArray[np.int8]:
        real = network((window.astype(np.float32) - zero) * np.float32(scale))
        return np.rint(real / out.scale + out.zero_point).astype(np.int8)

    library.start(said.append, run)
    return library, said


def expected(model: ModelFile, planned: Plan, counts: NDArray[np.int32]) -> NDArray[np.float64]:
    """(decisions, classes) probabilities of the live decoder on the same samples."""
    way = Adjustment(unit=planned.unit)
    decoder = Decoder(model, planned.source, planned.scale, None, 1, way)
    samples = (counts * np.float32(DEFAULT.per_count)).astype(np.float32)
    return np.stack([found.probabilities for found in decoder.push(samples)])


def windows(planned: Plan, samples: int) -> int:
    """How many windows so many samples complete."""
    spec = planned.spec
    timing = FrontEnd(spec, planned.source, planned.scale, None, Adjustment(unit=planned.unit)).timing
    newest = (timing.newest(spec.context - 1 + k * spec.hop) for k in range(samples))
    return sum(1 for last in newest if last < samples)


def test_decisions_are_those_of_the_live_loop(
    started: tuple[Library, list[Decision]], model: ModelFile, planned: Plan, counts: NDArray[np.int32]
) -> None:
    """The whole chain, bytes to movements: packet, resampling, filter, frames, network, softmax."""
    library, said = started
    assert library.take(HELLO + b"".join(data(counts))) is None
    live = expected(model, planned, counts)
    assert len(said) == len(live)
    movements = np.array([decision.movement for decision in said])
    assert len(np.unique(movements)) > 3
    assert (movements == live.argmax(axis=1)).mean() >= 0.99
    same = movements == live.argmax(axis=1)
    probability = np.array([decision.probability for decision in said])
    np.testing.assert_allclose(probability[same], live.max(axis=1)[same], atol=0.05)
    assert [decision.sequence for decision in said] == list(range(len(said)))
    rest = model.description.movements.index(0)
    assert {STATES[d.state] for d in said if d.movement == rest} <= {"rest"}
    assert {STATES[d.state] for d in said if d.movement != rest} == {"active"}


def test_bytes_may_be_cut_anywhere(
    started: tuple[Library, list[Decision]], planned: Plan, counts: NDArray[np.int32]
) -> None:
    """Byte by byte, with noise before the first frame."""
    library, said = started
    for byte in b"\x17noise" + HELLO + b"".join(data(counts[:1000])):
        library.take(bytes([byte]))
    assert len(said) == windows(planned, 1000)
    assert library.skipped == 1


def test_a_short_gap_is_bridged_and_counted(
    started: tuple[Library, list[Decision]], planned: Plan, counts: NDArray[np.int32]
) -> None:
    """Five frames go missing, as long as a frame of the front end lasts: the rhythm stays, and the loss is told."""
    library, said = started
    frames = data(counts[:2000])
    library.take(HELLO + b"".join(frames[:125] + frames[130:]))
    assert sum(decision.lost for decision in said) == 5 * SAMPLES
    assert all(STATES[decision.state] in ("active", "rest") for decision in said)
    assert len(said) == windows(planned, 2000)


def test_a_board_that_restarts_begins_anew(
    started: tuple[Library, list[Decision]], planned: Plan, counts: NDArray[np.int32]
) -> None:
    """Its hello says that it does not stream yet; its numbers begin anew, and the clock tells what is missing."""
    library, said = started
    line = HELLO + b"".join(data(counts[:1000]))
    library.take(line, now_ms=1000)
    before = len(said)
    library.take(HELLO, now_ms=1300)
    library.take(line[len(HELLO) :], now_ms=1400)
    assert (STATES[said[before].state], said[before].lost) == ("unknown", 400 - SAMPLES)
    assert [(d.movement, d.probability, d.lost) for d in said[before + 1 :]] == [
        (d.movement, d.probability, d.lost) for d in said[:before]
    ]


def test_a_board_that_restarts_without_a_word_begins_anew(
    started: tuple[Library, list[Decision]], counts: NDArray[np.int32]
) -> None:
    """Numbers that are not newer for a quarter of a second are of a board that counts anew: nothing is invented."""
    library, said = started
    library.take(HELLO + b"".join(data(counts[:1000])), now_ms=1000)
    before = len(said)
    for k, frame in enumerate(data(counts[:1200])):
        library.take(frame, now_ms=1100 + SAMPLES * k)
    assert (STATES[said[before].state], said[before].movement) == ("unknown", -1)
    assert 250 <= said[before].lost <= 400
    assert all(decision.lost == 0 for decision in said[before + 1 :])
    assert len(said) > before + 5


@pytest.mark.parametrize(("order", "lost"), [((0, 1, 1, 2), 0), ((0, 2, 1, 3), SAMPLES)], ids=["twice", "late"])
def test_a_frame_that_comes_twice_or_late_is_passed_over(
    started: tuple[Library, list[Decision]],
    planned: Plan,
    counts: NDArray[np.int32],
    order: tuple[int, ...],
    lost: int,
) -> None:
    """What came late was counted as lost, and bridged."""
    library, said = started
    frames = data(counts[:2000])
    turned = [frames[100 + k] for k in order]
    library.take(HELLO + b"".join([*frames[:100], *turned, *frames[101 + max(order) :]]))
    assert sum(decision.lost for decision in said) == lost
    assert all(STATES[decision.state] in ("active", "rest") for decision in said)
    assert len(said) == windows(planned, 2000)


def test_after_a_second_of_silence_the_past_is_void(
    started: tuple[Library, list[Decision]], planned: Plan, counts: NDArray[np.int32]
) -> None:
    """However few samples the numbers say are missing: sixteen bits cannot tell a whole turn."""
    library, said = started
    frames = data(counts[:2000])
    library.take(HELLO + b"".join(frames[:125]), now_ms=1000)
    before = len(said)
    library.take(b"".join(frames[125:]), now_ms=67_536)
    assert (STATES[said[before].state], said[before].lost) == ("unknown", 66_536 - SAMPLES)
    assert len(said) - before - 1 == windows(planned, 1000)


def test_weeks_of_silence_are_counted_as_far_as_numbers_go(
    started: tuple[Library, list[Decision]], counts: NDArray[np.int32]
) -> None:
    """The clock has come round but for a tenth of a second."""
    library, said = started
    frames = data(counts[:2000])
    library.take(HELLO + b"".join(frames[:125]), now_ms=1000)
    before = len(said)
    library.take(b"".join(frames[125:]), now_ms=900)
    assert (STATES[said[before].state], said[before].lost) == ("unknown", 4_000_000_000)


def test_another_gain_begins_anew(started: tuple[Library, list[Decision]], counts: NDArray[np.int32]) -> None:
    """A step in the signal would be taken for a movement."""
    library, said = started
    library.take(HELLO + b"".join(data(counts[:1000])))
    before = len(said)
    doubled = framed.encode_hello(dataclasses.replace(DEFAULT, per_count=2 * DEFAULT.per_count, streaming=True))
    library.take(doubled + b"".join(data(counts[1000:2000], 1000)))
    assert STATES[said[before].state] == "unknown"


def test_a_hello_amid_the_stream_changes_nothing(
    started: tuple[Library, list[Decision]], planned: Plan, counts: NDArray[np.int32]
) -> None:
    """The board was asked again while it streamed."""
    library, said = started
    frames = data(counts[:2000])
    again = framed.encode_hello(dataclasses.replace(DEFAULT, streaming=True))
    library.take(HELLO + b"".join(frames[:125]) + again + b"".join(frames[125:]))
    assert sum(decision.lost for decision in said) == 0
    assert len(said) == windows(planned, 2000)


def test_a_long_gap_begins_anew(
    started: tuple[Library, list[Decision]], planned: Plan, counts: NDArray[np.int32]
) -> None:
    """What was before it is void: unknown once, then nothing until the context is full again."""
    library, said = started
    frames = data(counts[:2000])
    library.take(HELLO + b"".join(frames[:125]))
    before = len(said)
    library.take(b"".join(frames[150:]))
    assert (STATES[said[before].state], said[before].lost, said[before].movement) == ("unknown", 200, -1)
    assert len(said) - before - 1 == windows(planned, 800)


def test_silence_is_stale_within_200_ms_and_again_each_second(
    started: tuple[Library, list[Decision]], counts: NDArray[np.int32]
) -> None:
    """The last gesture is never repeated; samples that come again are decided on."""
    library, said = started
    library.tick(5_000)
    assert not said, "silence before the first sample is none"
    frames = data(counts[:2000])
    library.take(HELLO + b"".join(frames[:125]), now_ms=1000)
    before = len(said)
    stale = []
    for now_ms in range(1000, 3300, 20):
        library.tick(now_ms)
        stale += [now_ms] * (len(said) - before - len(stale))
    assert [STATES[decision.state] for decision in said[before:]] == ["stale"] * 3
    assert stale[0] - 1000 <= 200
    assert (np.diff(stale) >= 1000).all()
    library.take(b"".join(frames[125:140]), now_ms=3300)
    library.tick(3301)
    assert STATES[said[-1].state] != "stale"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"channels": 4}, "another number of channels than EMG_SOURCE_CHANNELS"),
        ({"rate_hz": 500.0}, "another rate than EMG_SOURCE_RATE_MILLIHERTZ"),
        ({"per_count": 1e-45}, "worth nothing that a float can hold"),
        ({"unit": "count", "per_count": 1.0}, "does not know what a count is worth"),
        ({"per_count": 3e38}, "more than an amplifier can give"),
    ],
)
def test_a_board_that_does_not_go_with_the_model_is_named(
    started: tuple[Library, list[Decision]], counts: NDArray[np.int32], change: dict[str, object], sentence: str
) -> None:
    """Nothing is decided on what it sends."""
    library, said = started
    hello = framed.encode_hello(dataclasses.replace(DEFAULT, **change))  # type: ignore[arg-type] # a test's words
    wrong = library.take(hello)
    assert wrong is not None
    assert sentence in wrong
    library.take(b"".join(data(counts[:1000])))
    assert not said
