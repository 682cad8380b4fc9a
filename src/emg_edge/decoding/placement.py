"""Where a network runs: on the CPU, or handed to an accelerator. Chosen once, before anything starts, and said."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emg_edge.decoding import delegates, modelfile
from emg_edge.decoding.delegates import AUTO, CPU, DELEGATES
from emg_edge.decoding.interpreter import Network, Runtime, find_runtime
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.errors import DelegateError, EmgEdgeError


class Placement:
    """A model and what runs it; every network made of it has a delegate of its own.

    model, path   what is run, and its file: where an accelerator is missing, the model that it was compiled from
    delegate      'cpu', or a name in DELEGATES
    said          a sentence for the user
    """

    def __init__(self, model: ModelFile, path: Path, delegate: str = CPU, said: str = "", library: str = "") -> None:
        self.model, self.path, self.delegate, self.said = model, path, delegate, said
        self._library = library
        self._first: Any = None

    def open(self, runtime: Runtime) -> "Placement":
        """Load the accelerator now, for the first network. Raises DelegateError when it is not there."""
        if self.delegate != CPU:
            self._first = delegates.load(self.delegate, self._library, runtime.load_delegate)
        return self

    def network(self, threads: int = 1) -> Network:
        """Make a network. Raises DelegateError and ModelFileError."""
        runtime = find_runtime()
        if self.delegate == CPU:
            return Network(self.model.flatbuffer, runtime, threads)
        loaded, self._first = self._first, None
        loaded = loaded or delegates.load(self.delegate, self._library, runtime.load_delegate)
        return Network(self.model.flatbuffer, runtime, threads, loaded, _outputs(self.model))

    def options(self) -> list[str]:
        """The options of `emg-edge run` that choose the same."""
        library = ["--delegate-library", self._library] if self._library else []
        return ["--delegate", self.delegate, *library]


def on_cpu(model: ModelFile) -> Placement:
    """The plain case, for what never asks."""
    return Placement(model, Path())


def place(model: ModelFile, path: Path, wanted: str = AUTO, library: str | None = None) -> Placement:
    """Choose where the model at `path` runs; `wanted` is one of CHOICES, `library` replaces the usual one.

    auto      the accelerator that the model was compiled for; where that is missing, the CPU with the file that it was
              compiled from, which must lie beside it; a model that was not compiled runs on the CPU
    edgetpu   (any name in DELEGATES) that, or DelegateError
    cpu       never an accelerator; DelegateError for a model that was compiled for one
    """
    runtime = find_runtime()
    compiled = delegates.compiled_for(model.flatbuffer)
    if compiled is None:
        if wanted in DELEGATES:
            raise DelegateError(
                f"{path.name} was not compiled for the {DELEGATES[wanted].title}, which would leave all of it to the "
                f"CPU; make one that is with: emg-edge quantize RUN --out {path.name} --target {wanted}, or say "
                "--delegate cpu"
            )
        return Placement(model, path, said=f"the network runs on the CPU ({runtime.name})")
    title = DELEGATES[compiled].title
    if wanted not in (AUTO, compiled):
        raise DelegateError(_needs(model, path, compiled) + f", or say --delegate {compiled}")
    placed = Placement(
        model,
        path,
        compiled,
        f"the network runs on the {title} ({runtime.name}, {library or delegates.library_of(compiled)})",
        library or delegates.library_of(compiled),
    )
    try:
        return placed.open(runtime)
    except DelegateError as error:
        if wanted != AUTO:
            raise
        source = source_of(model, path)
        if source is None:
            raise DelegateError(f"{error}; and {_needs(model, path, compiled)}") from error
        said = f"the network runs on the CPU ({runtime.name}), from {source[1].name}: {error}"
        return Placement(*source, said=said)


def compiled_and_source(model: ModelFile, path: Path, library: str | None = None) -> tuple[ModelFile, Placement | None]:
    """Give the model that the CPU runs and, where the one at `path` was compiled for an accelerator, its place there.

    Raises DelegateError where the accelerator is missing, or the model that it was compiled from.
    """
    compiled = delegates.compiled_for(model.flatbuffer)
    if compiled is None:
        return model, None
    source = source_of(model, path)
    if source is None:
        raise DelegateError(f"{_needs(model, path, compiled)}: to compare them, it must lie beside it")
    return source[0], place(model, path, compiled, library)


def _needs(model: ModelFile, path: Path, compiled: str) -> str:
    told = model.description.edgetpu
    file = "the file that it was compiled from"
    if told is not None:
        file += f", {told.source} (SHA-256 {told.source_sha256[:16]}...)"
    return f"{path.name} was compiled for the {DELEGATES[compiled].title} and cannot run on the CPU: use {file}"


def source_of(model: ModelFile, path: Path) -> tuple[ModelFile, Path] | None:
    """Find the model that this one was compiled from, where it lies beside it and is that model byte by byte."""
    told = model.description.edgetpu
    if told is None:
        return None
    beside = path.with_name(Path(told.source).name)
    try:
        found = modelfile.read(beside)
    except EmgEdgeError:  # not there, or damaged
        return None
    return (found, beside) if found.description.model_sha256 == told.source_sha256 else None


def _outputs(model: ModelFile) -> Mapping[str, str]:
    return {} if model.description.edgetpu is None else model.description.edgetpu.outputs
