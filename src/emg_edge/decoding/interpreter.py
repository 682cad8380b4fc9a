"""The int8 interpreter behind one small face: whichever TFLite runtime is installed, the same call.

Shapes, scales and types are read from the file; outputs are found by the name in the signature, never by position.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding import delegates
from emg_edge.errors import DelegateError, MissingDependency, ModelFileError
from emg_edge.quiet import quiet

Logits = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # (n, context, features) -> (n, classes)

# In order of preference; each has an `Interpreter` of the same interface.
RUNTIMES: dict[str, str] = {
    "litert": "ai_edge_litert.interpreter",
    "tflite-runtime": "tflite_runtime.interpreter",
    "tensorflow": "tensorflow.lite.python.interpreter",
}


@dataclass(frozen=True)
class Runtime:
    name: str
    interpreter: Any
    load_delegate: Any = None


def find_runtime(name: str | None = None) -> Runtime:
    """Import the runtime of that name, or the first that works here. Raises MissingDependency, saying what failed."""
    failures = []
    for candidate in [name] if name else RUNTIMES:
        try:
            module = importlib.import_module(RUNTIMES[candidate])
            return Runtime(candidate, module.Interpreter, module.load_delegate)
        except (ImportError, OSError, AttributeError) as error:  # AttributeError: tflite-runtime beside numpy 2
            failures.append(f"{candidate}: {error}")
    raise MissingDependency(
        f"no TFLite runtime works here ({'; '.join(failures)}); install one with: pip install ai-edge-litert"
    )


@dataclass(frozen=True)
class QuantisedTensor:
    """How a tensor's integers map to reals: real = scale * (integer - zero_point); of a float tensor, scale is 0."""

    index: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float
    zero_point: int

    @property
    def reach(self) -> tuple[float, float]:
        """Lowest and highest real that its integers can say."""
        least, most = _limits(self.dtype)
        return self.scale * (least - self.zero_point), self.scale * (most - self.zero_point)

    @cached_property
    def _constants(self) -> tuple[NDArray[np.float32], ...]:
        """Scale, zero point, least and most integer as arrays: a product with a plain number takes twice as long."""
        return tuple(np.array(value, np.float32) for value in (self.scale, self.zero_point, *_limits(self.dtype)))

    def encode(self, real: NDArray[np.float32]) -> NDArray[Any]:
        """Round and clip: an outlier saturates, it does not wrap."""
        if self.scale == 0:  # a float tensor
            return real.astype(self.dtype).reshape(self.shape)
        scale, zero_point, least, most = self._constants
        integers = real / scale
        np.rint(integers, out=integers)
        integers += zero_point
        np.minimum(np.maximum(integers, least, out=integers), most, out=integers)
        return integers.astype(self.dtype).reshape(self.shape)

    @cached_property
    def _reals(self) -> NDArray[np.float32]:
        """What each integer of eight bits stands for, in the order in which Python counts: 0, 1, ... and ... -2, -1."""
        least, most = _limits(self.dtype)
        integers = np.roll(np.arange(least, most + 1), least).astype(np.float32)
        return np.float32(self.scale) * (integers - np.float32(self.zero_point))

    def decode(self, integers: NDArray[Any]) -> NDArray[np.float32]:
        """Return the reals, in one row."""
        integers = integers.reshape(-1)
        if self.scale == 0:
            return integers.astype(np.float32)
        if self.dtype.itemsize == 1:
            return self._reals.take(integers)
        return np.float32(self.scale) * (integers.astype(np.float32) - np.float32(self.zero_point))


class Network:
    """One model, one window at a time; `placement.place` makes those that run elsewhere than on the CPU."""

    def __init__(
        self,
        flatbuffer: bytes,
        runtime: Runtime | None = None,
        threads: int = 1,
        delegate: Any = None,
        tensors: Mapping[str, str] | None = None,
    ) -> None:
        """`delegate` is of the runtime's `load_delegate`, and is this network's alone.

        `tensors` (output -> tensor's name) finds the outputs of a model whose signature a compiler dropped.

        Raises ModelFileError where the runtime cannot open the model, or it has no logits; DelegateError where the
        delegate does not take it.
        """
        self.runtime = runtime or find_runtime()
        self._flatbuffer = flatbuffer  # the runtime reads it in place
        compiled = delegates.compiled_for(flatbuffer) if delegate is None else None
        if compiled is not None:
            raise ModelFileError(
                f"the model was compiled for the {delegates.DELEGATES[compiled].title} and cannot run on the CPU: use "
                "the file that it was compiled from (emg-edge info names it)"
            )
        handed = {} if delegate is None else {"experimental_delegates": [delegate]}
        try:
            with quiet():
                self._interpreter = self.runtime.interpreter(model_content=flatbuffer, num_threads=threads, **handed)
                self._interpreter.allocate_tensors()
                given, found = _details(self._interpreter, tensors or {})
                self.input = _quantised(given)
                self.outputs = {name: _quantised(details) for name, details in found.items()}
        except (ValueError, RuntimeError) as error:
            if delegate is not None:
                raise DelegateError(f"{self.runtime.name} cannot hand the model to the delegate: {error}") from error
            raise ModelFileError(f"{self.runtime.name} cannot open the model: {error}") from error
        if "logits" not in self.outputs:
            raise ModelFileError(f"the model's signature names {', '.join(self.outputs)}, and 'logits' is expected")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(1, context, 1, channels)."""
        return self.input.shape

    @property
    def classes(self) -> int:
        return self.outputs["logits"].shape[-1]

    def __call__(self, window: NDArray[np.float32], output: str = "logits") -> NDArray[np.float32]:
        """Window (context, channels) float32 -> (classes,) logits, or another output by name."""
        self.put(window)
        self.invoke()
        return self.get(output)

    def each(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, context, channels) -> (n, classes) logits, one window after the other."""
        logits = np.empty((len(windows), self.classes), np.float32)
        for row, window in zip(logits, windows, strict=True):
            row[:] = self(window)
        return logits

    def put(self, window: NDArray[np.float32]) -> None:
        """Quantise a window (context, channels) into the network's input."""
        self._interpreter.set_tensor(self.input.index, self.input.encode(window))

    def invoke(self) -> None:
        """Run the network on what was put."""
        self._interpreter.invoke()

    def get(self, output: str = "logits") -> NDArray[np.float32]:
        """Return what it found: (classes,) logits, or another output by name."""
        tensor = self.outputs[output]
        return tensor.decode(self._interpreter.get_tensor(tensor.index))


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Softmax over the last axis, on the host: an int8 softmax has steps of 1/256, too coarse for rejection."""
    # Accumulating finds the largest, and the sum, in half the time of a reduction over so few.
    largest = np.maximum.accumulate(logits, -1)[..., -1:]
    shifted = np.exp(logits.astype(np.float64) - largest)
    probabilities: NDArray[np.float64] = shifted / np.add.accumulate(shifted, -1)[..., -1:]
    return probabilities


@lru_cache
def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def _details(interpreter: Any, tensors: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Of the input, and of the outputs by name: the signature's, or without one, the tensors of these names."""
    if interpreter.get_signature_list() or not tensors:
        runner = interpreter.get_signature_runner()
        return next(iter(runner.get_input_details().values())), runner.get_output_details()
    named = {details["name"]: details for details in interpreter.get_output_details()}
    found = {name: named[tensor] for name, tensor in tensors.items() if tensor in named}
    return interpreter.get_input_details()[0], found


def _quantised(details: dict[str, Any]) -> QuantisedTensor:
    scale, zero_point = details["quantization"]
    shape = tuple(int(n) for n in details["shape"])
    return QuantisedTensor(details["index"], shape, np.dtype(details["dtype"]), float(scale), int(zero_point))
