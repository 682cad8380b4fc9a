"""The model file: a .tflite that any TFLite tool opens, with a zip appended that describes it.

The zip (as TFLite appends associated files, so `unzip -l` works) holds labels.txt and emg-edge.json. The JSON
carries the size and SHA-256 of the bytes before the zip, so that damage and alteration are noticed.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from emg_edge import files
from emg_edge.damage import ARCHIVE_ERRORS
from emg_edge.errors import ModelFileError, SpecError
from emg_edge.movements import refuse_numbers
from emg_edge.plain import plain
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.source import Unit
from emg_edge.signal.spec import SignalSpec

SCHEMA = 1
Activations = Literal["int8", "int16"]  # what is quantised of a network's activations; its weights are int8
DOCUMENT = "emg-edge.json"
LABELS = "labels.txt"
_TFLITE_MAGIC = slice(4, 8), b"TFL3"  # the flatbuffer's file identifier
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # the same model gives the same bytes
MAX_BYTES = 64 << 20  # a decoder has tens of kilobytes; whatever is larger than this is another file
ANEW = "make it anew with: emg-edge quantize"
_MAX_DOCUMENT = 4 << 20  # a zip bomb is not a description


class Scales(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Standardisations that the training people had: by wearer and ring ('DB5-S1/upper'), and their mean by unit."""

    units: dict[Unit, Standardisation]
    wearers: dict[str, Standardisation]

    def __post_init__(self) -> None:
        if not self.units:
            raise SpecError("it has no scale of any unit, so no source can be brought to it")


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the network comes from."""

    databases: dict[str, list[int]]  # database -> subjects
    repetitions: dict[str, dict[str, list[int]]]  # database -> train / validation / test repetitions
    seed: int
    versions: dict[str, str]
    simulated: bool


class Quantisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What quantising cost on the test windows: accuracies and agreement 0..1, and whether the bounds held.

    accuracy, balanced_accuracy   of float_keras, of float_tflite, and of the file itself, called by its activations
    """

    scheme: str
    windows: int
    accuracy: dict[str, float]
    balanced_accuracy: dict[str, float]
    agreement: float
    max_probability_error: float
    within_bound: bool
    operators: list[str]

    def __post_init__(self) -> None:
        if len(_quantised(self.accuracy)) != 1 or _quantised(self.accuracy) != _quantised(self.balanced_accuracy):
            raise SpecError("it does not say how accurate the quantised network is")

    @property
    def activations(self) -> str:
        """'int8' or 'int16'."""
        return _quantised(self.balanced_accuracy)[0]

    @property
    def stated(self) -> float:
        """Balanced accuracy of the quantised network."""
        return self.balanced_accuracy[self.activations]


def _quantised(shares: dict[str, float]) -> list[str]:
    return [name for name in get_args(Activations) if name in shares]


class EdgeTpu(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the Edge TPU's compiler made of a model.

    source, source_bytes, source_sha256   what it was compiled from: the file's name, and its bytes before the zip
    mapped, on_cpu   operators on the Edge TPU, and of the others "operator: the compiler's reason" -> count
    on_chip_bytes, off_chip_bytes   of parameters, as the compiler says; null where it does not
    outputs          name in the signature -> tensor's name: a compiler may drop the signature
    """

    compiler: str
    source: str
    source_bytes: int
    source_sha256: str
    mapped: int
    on_cpu: dict[str, int]
    on_chip_bytes: int | None
    off_chip_bytes: int | None
    outputs: dict[str, str]

    def __post_init__(self) -> None:
        if not self.source or "\0" in self.source or Path(self.source).name != self.source:
            raise SpecError(f"it was compiled from {self.source!r}, which is no file's name")


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The JSON document inside the file; `movements` are the classes in the order of the logits.

    probe  what the front end made of a known signal (signal.probe) where the file was written; empty in older files

    What is not there is left out of the document, so that an older emg-edge reads a file that has nothing new.
    """

    schema: int
    signal: SignalSpec
    movements: tuple[int, ...]
    names: tuple[str, ...]
    scales: Scales
    training: Training
    metrics: dict[str, Any]  # the test metrics of the float network, as in metrics.json
    quantisation: Quantisation
    probe: tuple[float, ...] = ()
    model_bytes: int = 0
    model_sha256: str = ""
    edgetpu: EdgeTpu | None = None  # of a model that was compiled for it

    def __post_init__(self) -> None:
        refuse_numbers(self.movements)


@dataclass(frozen=True)
class ModelFile:
    """A file that was read and found whole."""

    flatbuffer: bytes
    description: Description


def pack(flatbuffer: bytes, description: Description) -> bytes:
    """Append the zip; size and hash are filled in here."""
    signed = msgspec.structs.replace(
        description, model_bytes=len(flatbuffer), model_sha256=hashlib.sha256(flatbuffer).hexdigest()
    )
    buffer = io.BytesIO(flatbuffer)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:  # "a": offsets count from the file's start
        document = msgspec.json.format(msgspec.json.encode(signed), indent=2)
        for name, data in ((LABELS, _labels(signed)), (DOCUMENT, document)):
            archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def check_place(path: Path, *, force: bool = False) -> None:
    """Raise EmgEdgeError now where `write` could not; with `force` a model may be replaced, and nothing else."""
    files.refuse_overwrite(path, force=force)
    place, magic = _TFLITE_MAGIC
    files.check_place(path, "a TFLite model", lambda head: head[place] == magic)


def write(path: Path, flatbuffer: bytes, description: Description, *, force: bool = False) -> None:
    """Write the file whole or not at all; raises EmgEdgeError when it exists already or cannot be written."""
    files.refuse_overwrite(path, force=force)
    files.write_atomically(path, pack(flatbuffer, description))


def read(path: Path) -> ModelFile:
    """Read and check a file. Raises ModelFileError with the reason when it is not ours, damaged or altered."""
    try:
        if files.kind_of(path) is files.Kind.OTHER:
            raise ModelFileError(f"{path} is neither a file nor a folder, so it is no model; name a .tflite file")
        if path.stat().st_size > MAX_BYTES:
            raise ModelFileError(
                f"{path} is larger than {MAX_BYTES >> 20} MiB, so it is no decoder of emg-edge's; name another file"
            )
        data = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"cannot read the model {path}: {(error.strerror or str(error)).lower()}") from error
    return unpack(data, str(path))


def refuse_compiled(model: ModelFile, name: str) -> None:
    """Raise ModelFileError for a model that was compiled for an accelerator: other targets are made of its source."""
    told = model.description.edgetpu
    if told is not None:
        raise ModelFileError(
            f"{name} was compiled for the Edge TPU already; name the file it was made from, {told.source}"
        )


def unpack(data: bytes, name: str) -> ModelFile:
    """As `read`, from bytes."""
    place, magic = _TFLITE_MAGIC
    if data[place] != magic:
        raise ModelFileError(f"{name} is not a TFLite model; make one with: emg-edge quantize RUN --out gesture.tflite")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        longest = max(archive.getinfo(member).file_size for member in (DOCUMENT, LABELS))
    except ARCHIVE_ERRORS as error:
        raise ModelFileError(
            f"{name} is a TFLite model without emg-edge's description (none was appended, or a tool cut it off), so "
            f"its signal and gestures are unknown; {ANEW}"
        ) from error
    if longest > _MAX_DOCUMENT:
        raise ModelFileError(
            f"{name} carries a description of more than {_MAX_DOCUMENT >> 20} MiB, so it is not ours; {ANEW}"
        )
    try:
        document, labels = archive.read(DOCUMENT), archive.read(LABELS)
    except ARCHIVE_ERRORS as error:
        raise ModelFileError(f"{name} is damaged: its description cannot be unpacked; copy it again") from error
    return _checked(data, document, labels, name)


def _checked(data: bytes, document: bytes, labels: bytes, name: str) -> ModelFile:
    try:
        schema = files.schema_of(document)
        if schema != SCHEMA:
            raise ModelFileError(
                f"{name} has a description of schema {schema}, and this emg-edge reads {SCHEMA}: update emg-edge, or "
                f"{ANEW}"
            )
        description = msgspec.json.decode(document, type=Description)
    except (msgspec.MsgspecError, SpecError, UnicodeDecodeError, RecursionError) as error:
        raise ModelFileError(f"{name} has a damaged description: {plain(error)}; copy it again") from error
    flatbuffer = data[: description.model_bytes]
    if len(flatbuffer) != description.model_bytes or hashlib.sha256(flatbuffer).hexdigest() != description.model_sha256:
        raise ModelFileError(
            f"{name} was altered or damaged: its {description.model_bytes} bytes of model do not match their SHA-256; "
            f"copy it again or {ANEW}"
        )
    if len(description.movements) != len(description.names):
        raise ModelFileError(
            f"{name} has {len(description.movements)} movements and {len(description.names)} names; {ANEW}"
        )
    if labels != _labels(description):
        raise ModelFileError(f"{name} was altered: its {LABELS} and its {DOCUMENT} name different gestures; {ANEW}")
    features = description.signal.features
    for wearer, scale in (description.scales.units | description.scales.wearers).items():
        if scale.features != features:
            raise ModelFileError(
                f"{name} has a scale of {scale.features} features for {wearer}, and {features} are expected; {ANEW}"
            )
    return ModelFile(flatbuffer, description)


def _labels(description: Description) -> bytes:
    return "".join(f"{gesture}\n" for gesture in description.names).encode()
