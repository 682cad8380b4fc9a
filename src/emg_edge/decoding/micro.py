"""TensorFlow Lite Micro's own interpreter, on the host: whether a model decides alike there, and its memory.

The package tflite-micro is built by that project, for x86-64 Linux, as a pre-release.
"""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Runtime, find_runtime
from emg_edge.errors import MissingDependency, ModelFileError
from emg_edge.extras import install
from emg_edge.quiet import quiet

NAME = "tflite-micro"
_ALIGNED = 16  # bytes: the arena's sections begin at multiples of it
_MOST = 4 << 20  # bytes of an arena: no microcontroller has so much


def micro_runtime() -> Runtime:
    """Find it, as a runtime like the others. Raises MissingDependency without the package."""
    _package()
    return Runtime(NAME, _MicroInterpreter)


def arena_bytes(flatbuffer: bytes) -> int:
    """Find the smallest arena that the model runs in; on a 32-bit processor, with shorter pointers, it takes less.

    Raises MissingDependency without the package, ModelFileError where it cannot run at all.
    """
    _open(flatbuffer, _MOST)
    high = _MOST // _ALIGNED
    # Down by an eighth at a time: in an arena that is far too small the interpreter does not fail, it crashes.
    while _fits(flatbuffer, low := high * 7 // 8):
        high = low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _fits(flatbuffer, middle) else (middle, high)
    return high * _ALIGNED


def _fits(flatbuffer: bytes, pieces: int) -> bool:
    try:
        _open(flatbuffer, pieces * _ALIGNED)
    except ModelFileError:
        return False
    return True


def _package() -> Any:
    try:
        return importlib.import_module("tflite_micro.python.tflite_micro.runtime")
    except ImportError as error:
        raise MissingDependency(
            f"the microcontroller interpreter does not work here ({error}); on x86-64 Linux: {install('micro')}"
        ) from error


def _open(flatbuffer: bytes, arena: int) -> Any:
    try:
        with quiet():
            return _package().Interpreter.from_bytes(flatbuffer, arena_size=arena)
    except (RuntimeError, ValueError) as error:
        raise ModelFileError(f"{NAME} cannot open the model: {error}") from error


class _MicroInterpreter:
    """LiteRT's face, as far as `Network` uses it; names and scales are read by LiteRT, which knows signatures."""

    def __init__(self, model_content: bytes, num_threads: int) -> None:
        del num_threads  # it has one
        self._described = find_runtime().interpreter(model_content=model_content)
        self._outputs = [details["index"] for details in self._described.get_output_details()]
        self._own = _open(model_content, _MOST)

    def allocate_tensors(self) -> None:
        self._described.allocate_tensors()

    def get_signature_list(self) -> Any:
        return self._described.get_signature_list()

    def get_signature_runner(self) -> Any:
        return self._described.get_signature_runner()

    def set_tensor(self, index: int, value: NDArray[np.int8]) -> None:
        del index  # there is one input
        self._own.set_input(value, 0)

    def invoke(self) -> None:
        self._own.invoke()

    def get_tensor(self, index: int) -> NDArray[np.int8]:
        return np.array(self._own.get_output(self._outputs.index(index)))
