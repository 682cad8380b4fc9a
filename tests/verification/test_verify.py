import dataclasses
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from support import broken_models

from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.placement import Placement
from emg_edge.decoding.runtimes import REFERENCE
from emg_edge.errors import ModelFileError, RecordingError, SpecError
from emg_edge.recordings.recording import Recording
from emg_edge.signal.source import Source
from emg_edge.verification import simulated, verify
from emg_edge.verification.report import Verification, as_text
from emg_edge.verification.verify import LOOP, Backend


@pytest.fixture(scope="module")
def recordings(model: ModelFile) -> Iterator[list[Recording]]:
    """Half a minute of one simulated person."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulated, "SECONDS", 30.0)
        yield [next(simulated.people(model))]


@pytest.fixture(scope="module")
def found(model: ModelFile, recordings: list[Recording]) -> Verification:
    return verify.verify(model, "forearm.tflite", recordings)


def test_every_runtime_and_the_loop_decide_alike(found: Verification) -> None:
    """The reference comes first, the live loop last."""
    names = [row.runtime for row in found.runtimes]
    assert names[:2] == [REFERENCE, "litert, XNNPACK"]
    assert names[-1] == LOOP
    assert found.problems == []
    for row in found.runtimes:
        assert row.agreement >= 0.99
        assert row.accuracy > 0.8
        assert 0 <= row.p99_probability_error <= row.max_probability_error < 0.1
    assert found.runtimes[0].agreement == 1.0


def test_the_loop_says_what_its_runtime_says(found: Verification) -> None:
    """To the last bit: the same windows, however the samples come."""
    fast, loop = found.runtimes[1], found.runtimes[-1]
    assert msgspec.structs.replace(loop, runtime=fast.runtime) == fast


class Faithful(Placement):
    """An accelerator that computes what the CPU does."""

    def network(self, threads: int = 1) -> Network:
        return Network(self.model.flatbuffer, threads=threads)


def test_an_accelerator_has_its_rows(model: ModelFile, recordings: list[Recording], found: Verification) -> None:
    """One of its own, and one of the loop on it, held against the CPU's."""
    placement = Faithful(model, Path("gesture_edgetpu.tflite"), "edgetpu")
    accelerated = verify.verify(model, "gesture_edgetpu.tflite", recordings, accelerated=placement)
    rows = {row.runtime: row for row in accelerated.runtimes}
    assert list(rows) == [
        *(row.runtime for row in found.runtimes[:-1]), "Edge TPU (litert)", LOOP, f"{LOOP}, on the Edge TPU"
    ]  # fmt: skip
    assert accelerated.problems == []
    assert msgspec.structs.replace(rows["Edge TPU (litert)"], runtime=LOOP) == found.runtimes[-1]


def test_movements_have_their_own_figures(found: Verification) -> None:
    """They add up to what is judged."""
    of_reference = found.runtimes[0].movements
    assert sum(one.windows for one in of_reference) == found.judged <= found.windows
    balanced = np.mean([one.recall for one in of_reference])
    assert found.runtimes[0].balanced_accuracy == pytest.approx(balanced)


def test_a_table_has_a_line_for_each(found: Verification) -> None:
    """And names the movement that is recognised least."""
    told = as_text(found)
    for row in found.runtimes:
        assert row.runtime in told
    lowest = min(found.runtimes[0].movements, key=lambda one: one.recall)
    assert f"lowest recall: {lowest.name}" in told


def test_a_loop_with_another_front_end_is_caught(
    model: ModelFile, recordings: list[Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a device's front end filters otherwise than the network's frames were made."""
    from emg_edge.device.decoder import Decoder  # noqa: PLC0415

    push = Decoder.push
    monkeypatch.setattr(Decoder, "push", lambda self, samples: push(self, samples * 3.0))
    wrong = verify.verify(model, "x.tflite", recordings)
    assert [problem for problem in wrong.problems if problem.startswith(f"{LOOP} decides as {REFERENCE} on")]


def test_altered_weights_are_caught_by_what_the_file_states(model: ModelFile, recordings: list[Recording]) -> None:
    """Signed anew, every runtime agrees on the same nonsense; its own people show it."""
    wrong = verify.verify(broken_models.wrong_weight_scale(model), "x.tflite", recordings)
    assert len(wrong.problems) == 1
    assert "of balanced accuracy on its own people, and the file states 99." in wrong.problems[0]


def test_people_below_the_mean_are_no_alarm_and_all_of_several_are(
    model: ModelFile, recordings: list[Recording]
) -> None:
    """The file states a mean over four people: one may be ten points below it, all four together may not.

    Nor may one person's own decoder be far below.
    """

    def stating(more: float, seen: list[Recording], databases: dict[str, list[int]]) -> list[str]:
        told = model.description
        high = {"int8": verify.verify(model, "x.tflite", seen).runtimes[0].balanced_accuracy + more}
        training = msgspec.structs.replace(told.training, databases=databases)
        cost = msgspec.structs.replace(told.quantisation, balanced_accuracy=high, accuracy=high)
        description = msgspec.structs.replace(told, quantisation=cost, training=training)
        return verify.verify(dataclasses.replace(model, description=description), "x.tflite", seen).problems

    four = {"DB5": [1, 2, 3, 4]}
    assert stating(0.1, recordings, four) == []
    assert stating(0.1, recordings, {"DB5": [1]}) == []
    assert len(stating(0.3, recordings, {"DB5": [1]})) == 1
    everybody = [dataclasses.replace(recordings[0], subject=number) for number in four["DB5"]]
    assert len(stating(0.1, everybody, four)) == 1


def test_a_file_that_contradicts_itself_is_not_run(model: ModelFile, recordings: list[Recording]) -> None:
    with pytest.raises(ModelFileError, match=r"x.tflite contradicts itself: .*; make it anew with: emg-edge quantize"):
        verify.verify(broken_models.unsupported_operator(model), "x.tflite", recordings)


def test_the_float_network_comes_first(model: ModelFile, recordings: list[Recording]) -> None:
    """All else is held against it; one that decides otherwise is a problem of every row."""
    network = Network(model.flatbuffer)
    same = Backend("float", network.each)
    found = verify.verify(model, "x.tflite", recordings, references=[same])
    assert found.runtimes[0].runtime == "float"
    assert found.problems == []
    other = Backend("another", lambda windows: -network.each(windows))
    worse = verify.verify(model, "x.tflite", recordings, references=[other])
    for one in worse.runtimes[1:]:
        assert [problem for problem in worse.problems if problem.startswith(f"{one.runtime} decides as another on")]


def test_recordings_without_anything_to_judge_are_one_sentence(model: ModelFile, recordings: list[Recording]) -> None:
    """With what to do."""
    strange = dataclasses.replace(recordings[0], movement=np.full_like(recordings[0].movement, 999))
    for none in ([], [strange]):
        with pytest.raises(RecordingError, match=r"no window of these recordings can be judged.* --data"):
            verify.verify(model, "x.tflite", none)


@pytest.mark.parametrize("missing", ["numbers", "samples"])
def test_a_recording_with_holes_is_left_out_and_said(
    missing: str, model: ModelFile, recordings: list[Recording]
) -> None:
    """The loop bridges them, and offline nothing does: there is nothing to compare."""
    whole = recordings[0]
    if missing == "numbers":
        samples = whole.samples.copy()
        samples[2000:2100] = np.nan
        holed = dataclasses.replace(whole, samples=samples)
    else:
        lost = np.zeros(len(whole.samples), np.int32)
        lost[2000] = 40
        holed = dataclasses.replace(whole, lost=lost)
    both = verify.verify(model, "x.tflite", [whole, holed])
    assert (both.recordings, both.left_out) == (1, 1)
    assert "; 1 recording left out: " in as_text(both)


def test_a_recording_shorter_than_a_window_is_left_out_and_said(model: ModelFile, recordings: list[Recording]) -> None:
    """It has no decision; alone it is nothing to verify on."""
    short = shortened(recordings[0], 20)
    both = verify.verify(model, "x.tflite", [recordings[0], short])
    assert (both.recordings, both.left_out) == (1, 1)
    assert both.windows == verify.verify(model, "x.tflite", recordings).windows
    with pytest.raises(RecordingError, match="are shorter than a window"):
        verify.verify(model, "x.tflite", [short])


def shortened(recording: Recording, samples: int) -> Recording:
    """Its first samples."""
    changes = {
        field.name: held[:samples]
        for field in dataclasses.fields(recording)
        if isinstance(held := getattr(recording, field.name), np.ndarray)
    }
    return dataclasses.replace(recording, **changes)


def test_what_a_file_states_is_of_its_own_int8_network(model: ModelFile, recordings: list[Recording]) -> None:
    """Not of the float network, which comes first where it is there: its numbers may be whole, and int8's altered."""
    whole = Backend("float", Network(model.flatbuffer).each)
    broken = broken_models.wrong_weight_scale(model)
    found = verify.verify(broken, "x.tflite", recordings, references=[whole])
    assert [problem for problem in found.problems if "of balanced accuracy on its own people" in problem]


def test_a_recording_of_other_electrodes_is_refused(model: ModelFile, recordings: list[Recording]) -> None:
    """In the front end's sentence."""
    narrow = dataclasses.replace(
        recordings[0], samples=recordings[0].samples[:, :4], source=Source("raw", 200.0, "myo-count", "ring4")
    )
    with pytest.raises(SpecError, match="4 channels"):
        verify.verify(model, "x.tflite", [narrow])
