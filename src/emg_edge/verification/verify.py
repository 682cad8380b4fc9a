"""`emg-edge verify`: every way to run a model on the same windows, and the live loop on the same recordings."""

import importlib.metadata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from emg_edge.decoding.contradictions import refuse_contradictions
from emg_edge.decoding.delegates import DELEGATES
from emg_edge.decoding.interpreter import Logits, Network
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.parity import Judge, Row, problems
from emg_edge.decoding.placement import Placement, on_cpu
from emg_edge.decoding.runtimes import runtimes
from emg_edge.errors import RecordingError
from emg_edge.progress import Progress, in_order
from emg_edge.recordings.recording import Recording
from emg_edge.verification.people import knows
from emg_edge.verification.report import SCHEMA, Verification
from emg_edge.verification.streamed import BLOCK, stream
from emg_edge.verification.windows import cut

LOOP = f"the live loop, in blocks of {BLOCK}"
# Of balanced accuracy, on the model's own people. Other repetitions of several people, all of them, vary by a point or
# two; those of some, or of one whose decoder has learnt little, may be far from the mean that the file states, and what
# altered numbers leave is farther still.
MOST_BELOW_STATED = 0.05
MOST_BELOW_STATED_OF_FEW = 0.25
SEVERAL = 4


@dataclass(frozen=True)
class Backend:
    """One way to run the network, or another form of it: (n, context, features) -> (n, classes)."""

    name: str
    logits: Logits


def verify(
    model: ModelFile,
    name: str,
    recordings: Iterable[Recording],
    progress: Progress = in_order,
    references: Sequence[Backend] = (),
    accelerated: Placement | None = None,
) -> Verification:
    """Run the model on every window of the recordings, in every way there is; `references` come first.

    `accelerated` is the same model, compiled for an accelerator and placed there: `name` is then its name.

    Raises ModelFileError where a file contradicts itself, RecordingError where no window can be judged, SpecError
    where a recording does not fit the model.
    """
    refuse_contradictions(model, name if accelerated is None else _source_of(accelerated, name))
    given = list(recordings)
    unbroken = [recording for recording in given if _unbroken(recording)]
    both = [(recording, cut(model, recording)) for recording in progress(unbroken, "cutting windows")]
    whole, cuts = [one for one, held in both if len(held.classes)], [held for _, held in both if len(held.classes)]
    classes = np.concatenate([one.classes for one in cuts]) if cuts else np.empty(0, np.int64)
    if not (classes >= 0).any():
        raise RecordingError(
            "no window of these recordings can be judged: they hold none of the model's movements in a repetition that "
            "it was not trained on, are shorter than a window, or samples are missing in all of them; name others with "
            "--data"
        )
    judge = Judge(classes, model.description.names)
    rows: list[Row] = []
    for backend in (*references, *_backends(model, name, accelerated)):
        logits = np.concatenate([backend.logits(one.windows) for one in progress(cuts, backend.name)])
        rows.append(judge.of_logits(backend.name, logits))
    for title, placement in _loops(model, accelerated):
        said = [stream(placement, recording) for recording in progress(whole, title)]
        decided, probability = (np.concatenate(parts) for parts in zip(*said, strict=True))
        rows.append(judge.of_decisions(title, decided, probability))
    strangers = sum(not knows(model.description, one.wearer) for one in whole)
    as_quantised = rows[len(references)]
    return Verification(
        SCHEMA,
        importlib.metadata.version("emg-edge"),
        name,
        (model if accelerated is None else accelerated.model).description.model_sha256,
        len(whole),
        len(given) - len(whole),
        strangers,
        len(classes),
        int((classes >= 0).sum()),
        rows,
        [*problems(rows[0], rows[1:]), *(() if strangers else _below_stated(model, whole, as_quantised))],
    )


def _backends(model: ModelFile, name: str, accelerated: Placement | None) -> Iterator[Backend]:
    for runtime in runtimes():
        yield Backend(runtime.name, Network(model.flatbuffer, runtime).each)
    if accelerated is not None:
        network = accelerated.network()
        refuse_contradictions(accelerated.model, name, network)
        yield Backend(f"{DELEGATES[accelerated.delegate].title} ({network.runtime.name})", network.each)


def _loops(model: ModelFile, accelerated: Placement | None) -> Iterator[tuple[str, Placement]]:
    yield LOOP, on_cpu(model)
    if accelerated is not None:
        yield f"{LOOP}, on the {DELEGATES[accelerated.delegate].title}", accelerated


def _source_of(accelerated: Placement, name: str) -> str:
    told = accelerated.model.description.edgetpu
    return name if told is None else told.source


def _unbroken(recording: Recording) -> bool:
    lost = recording.lost is not None and bool(recording.lost.any())
    return not lost and bool(np.isfinite(recording.samples).all())


def _below_stated(model: ModelFile, recordings: Sequence[Recording], as_quantised: Row) -> Iterator[str]:
    """Yield a clause where these people, all of whom the model knows, are decoded far worse than its file says."""
    told = model.description
    people = len({one.wearer for one in recordings})
    all_of_several = people == sum(map(len, told.training.databases.values())) >= SEVERAL
    most = MOST_BELOW_STATED if all_of_several else MOST_BELOW_STATED_OF_FEW
    stated = told.quantisation.stated
    if as_quantised.balanced_accuracy < stated - most:
        yield (
            f"it reaches {100 * as_quantised.balanced_accuracy:.1f} % of balanced accuracy on its own people, and the "
            f"file states {100 * stated:.1f} %: its numbers were altered, the front end is not its own, or these "
            "recordings are far harder than those that it was tested on"
        )
