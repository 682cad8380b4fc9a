"""The report of `emg-edge verify`: a row for each runtime and one for the loop, on the same windows."""

import importlib.metadata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.contradictions import refuse_contradictions
from emg_edge.decoding.delegates import DELEGATES
from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.decoding.metrics import confusion, scores
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.parity import NEAR_TIES_ARE, agreement, shortfalls
from emg_edge.decoding.placement import Placement, on_cpu
from emg_edge.decoding.runtimes import runtimes
from emg_edge.errors import RecordingError
from emg_edge.progress import Progress, in_order
from emg_edge.recordings.recording import Recording
from emg_edge.verification.people import knows
from emg_edge.verification.streamed import stream
from emg_edge.verification.windows import cut

SCHEMA = 1
LOOP = "the live loop, in blocks of 37"
# Of balanced accuracy, on the model's own people. Other repetitions of all of them vary by a point or two; some of them
# may be far from the mean that the file states, and what altered numbers leave is farther still.
MOST_BELOW_STATED = 0.05
MOST_BELOW_STATED_OF_SOME = 0.25
ERROR_QUANTILES = (0.5, 0.9, 0.99, 0.999, 1.0)

Logits = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class Way:
    """One way to run the network, or another form of it: (n, context, features) -> (n, classes)."""

    name: str
    logits: Logits


class Movement(msgspec.Struct, frozen=True):
    """Of the windows in which one movement was made; shares 0..1."""

    name: str
    windows: int
    recall: float
    agreement: float


class Row(msgspec.Struct, frozen=True):
    """One way to run the file, over all windows; agreement, near-ties and errors are against the first row.

    accuracy, balanced_accuracy   over the windows that can be judged
    max_probability_error, p99_probability_error   of the likeliest movement's probability
    probability_errors   its quantiles, of ERROR_QUANTILES
    """

    runtime: str
    accuracy: float
    balanced_accuracy: float
    agreement: float
    near_ties: float
    max_probability_error: float
    p99_probability_error: float
    probability_errors: list[float]
    movements: list[Movement]


class Verification(msgspec.Struct, frozen=True):
    """What `emg-edge verify --json` writes; `problems` is empty where the bounds hold.

    left_out   recordings in which samples are missing or no numbers: the loop bridges those, and offline nothing does
    strangers  recordings of people whom the model does not know
    """

    schema: int
    version: str
    model: str
    sha256: str
    recordings: int
    left_out: int
    strangers: int
    windows: int
    judged: int
    runtimes: list[Row]
    problems: list[str]


def verify(
    model: ModelFile,
    name: str,
    recordings: Iterable[Recording],
    progress: Progress = in_order,
    references: Sequence[Way] = (),
    accelerated: Placement | None = None,
) -> Verification:
    """Run the model on every window of the recordings, in every way there is; `references` come first.

    `accelerated` is the same model, compiled for an accelerator and placed there: `name` is then its name.

    Raises ModelFileError where the file contradicts itself, RecordingError where no window can be judged, SpecError
    where a recording does not fit the model.
    """
    refuse_contradictions(model, name)
    given = list(recordings)
    whole = [recording for recording in given if _whole(recording)]
    cuts = [cut(model, recording) for recording in progress(whole, "cutting windows")]
    classes = np.concatenate([one.classes for one in cuts]) if cuts else np.empty(0, np.int64)
    if not (classes >= 0).any():
        raise RecordingError(
            "no window of these recordings can be judged: they hold none of the model's movements in a repetition that "
            "it was not trained on, or samples are missing in all of them; name others with --data"
        )
    names = model.description.names
    rows: list[Row] = []
    reference: NDArray[np.float64] | None = None
    for way in (*references, *_ways(model, name, accelerated)):
        told = softmax(np.concatenate([way.logits(one.windows) for one in progress(cuts, way.name)]))
        reference = told if reference is None else reference
        rows.append(_row(way.name, told.argmax(axis=1), told.max(axis=1), reference, classes, names))
    assert reference is not None
    for title, placement in _loops(model, accelerated):
        said = [stream(placement, recording) for recording in progress(whole, title)]
        decided, probability = (np.concatenate(parts) for parts in zip(*said, strict=True))
        rows.append(_row(title, decided, probability, reference, classes, names))
    strangers = sum(not knows(model.description, one.wearer) for one in whole)
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
        [*problems(rows), *(() if strangers else _below_stated(model, whole, rows[0]))],
    )


def _ways(model: ModelFile, name: str, accelerated: Placement | None) -> Iterator[Way]:
    for runtime in runtimes():
        yield Way(runtime.name, Network(model.flatbuffer, runtime).each)
    if accelerated is not None:
        network = accelerated.network()
        refuse_contradictions(accelerated.model, name, network)
        yield Way(f"{DELEGATES[accelerated.delegate].title} ({network.runtime.name})", network.each)


def _loops(model: ModelFile, accelerated: Placement | None) -> Iterator[tuple[str, Placement]]:
    yield LOOP, on_cpu(model)
    if accelerated is not None:
        yield f"{LOOP}, on the {DELEGATES[accelerated.delegate].title}", accelerated


def _whole(recording: Recording) -> bool:
    lost = recording.lost is not None and bool(recording.lost.any())
    return not lost and bool(np.isfinite(recording.samples).all())


def _below_stated(model: ModelFile, recordings: Sequence[Recording], first: Row) -> Iterator[str]:
    """Yield a clause where these people, all of whom the model knows, are decoded far worse than its file says."""
    told = model.description
    people = {one.wearer for one in recordings}
    most = (
        MOST_BELOW_STATED
        if len(people) == sum(map(len, told.training.databases.values()))
        else MOST_BELOW_STATED_OF_SOME
    )
    stated = told.quantisation.balanced_accuracy["int8"]
    if first.balanced_accuracy < stated - most:
        yield (
            f"it reaches {100 * first.balanced_accuracy:.1f} % of balanced accuracy on its own people, and the file "
            f"states {100 * stated:.1f} %: its numbers were altered, or the front end is not its own"
        )


def problems(rows: Sequence[Row]) -> list[str]:
    """Say where a row misses the bound, a clause each."""
    first = rows[0]
    return [
        clause
        for row in rows[1:]
        for clause in shortfalls(
            row.runtime, first.runtime, row.agreement, first.balanced_accuracy - row.balanced_accuracy
        )
    ]


def _row(
    name: str,
    decided: NDArray[np.int64],
    probability: NDArray[np.float64],
    reference: NDArray[np.float64],
    classes: NDArray[np.int64],
    names: Sequence[str],
) -> Row:
    judged = classes >= 0
    found = scores(confusion(classes[judged], decided[judged], len(names)))
    # What was said of the movement that was decided, here and there.
    error = np.abs(probability - reference[np.arange(len(decided)), decided])
    movements = [
        Movement(
            title,
            int(made.sum()),
            float((decided[made] == k).mean()),
            agreement(decided[made], reference[made])[0],
        )
        for k, title in enumerate(names)
        if (made := classes == k).any()
    ]
    return Row(
        name,
        found["accuracy"],
        found["balanced_accuracy"],
        *agreement(decided, reference),
        float(error.max()),
        float(np.quantile(error, 0.99)),
        np.quantile(error, ERROR_QUANTILES).tolist(),
        movements,
    )


def _who(found: Verification) -> Iterator[str]:
    if found.strangers:
        share = "all" if found.strangers == found.recordings else f"{found.strangers}"
        yield (
            f"{share} of these recordings are of people on whom the model was not trained: it decodes them far worse "
            "than its own"
        )


def as_text(found: Verification) -> str:
    """The table."""
    wide = max(len(row.runtime) for row in found.runtimes)
    lines = [
        f"{found.model}: {found.windows} windows of {found.recordings} recordings, {found.judged} of them judged"
        + (f"; {found.left_out} recordings left out, as samples are missing in them" if found.left_out else ""),
        *_who(found),
        f"{'':<{wide}}  accuracy  balanced  agreement  near-ties  probability error (largest, 99 %)",
    ]
    lines += [
        f"{row.runtime:<{wide}}  {100 * row.accuracy:7.2f}%  {100 * row.balanced_accuracy:7.2f}%  "
        f"{100 * row.agreement:8.2f}%  {100 * row.near_ties:8.2f}%  "
        f"{row.max_probability_error:.4f}, {row.p99_probability_error:.4f}"
        for row in found.runtimes
    ]
    lowest = min(found.runtimes[0].movements, key=lambda one: one.recall)
    lines.append(f"lowest recall: {lowest.name}, {100 * lowest.recall:.1f} % of {lowest.windows} windows")
    lines += [f"agreement and errors are against {found.runtimes[0].runtime}, over all windows", NEAR_TIES_ARE]
    return "\n".join(lines)
