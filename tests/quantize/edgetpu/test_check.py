from collections.abc import Callable

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from support.tflite_graphs import GraphWriter, one_operator, options

from emg_edge.decoding import modelfile
from emg_edge.errors import ModelFileError
from emg_edge.models import shipped
from emg_edge.quantize.edgetpu.check import AFTER_THE_CUT, ON_CHIP_BYTES, check
from emg_edge.quantize.edgetpu.operators import OPERATORS
from emg_edge.quantize.graph import operators

Make = Callable[[GraphWriter], None]
RELU6 = schema.ActivationFunctionType.RELU6


def numbers(*values: object) -> np.ndarray:
    return np.array(values, np.int32)


def conv(dilation: tuple[int, int] = (1, 1), weights: bool = True, kind: str = "CONV_2D") -> Make:
    def make(w: GraphWriter) -> None:
        given, out = w.tensor("in", (1, 8, 1, 4)), w.tensor("out", (1, 8, 1, 4))
        kernel = w.constant("kernel", np.ones((4, 1, 1, 4), np.int8)) if weights else w.tensor("kernel", (1, 1, 1, 4))
        made = options(
            kind.replace("CONV_2D", "Conv2D").replace("DEPTHWISE_", "Depthwise"),
            dilationHFactor=dilation[0],
            dilationWFactor=dilation[1],
            fusedActivationFunction=RELU6,
        )
        w.operator(kind, [given, kernel, w.constant("bias", numbers(0, 0, 0, 0))], [out], made)

    return make


def plain(name: str, shape: tuple[int, ...], kind: str = "int8", after: tuple[int, ...] | None = None) -> Make:
    def make(w: GraphWriter) -> None:
        w.operator(name, [w.tensor("in", shape, kind)], [w.tensor("out", after or shape)])

    return make


def with_constant(
    name: str, shape: tuple[int, ...], constant: np.ndarray, made: object = None, after: tuple[int, ...] | None = None
) -> Make:
    def make(w: GraphWriter) -> None:
        given, out = w.tensor("in", shape), w.tensor("out", after or shape)
        w.operator(name, [given, w.constant("parameter", constant)], [out], made)

    return make


def joined(*constants: np.ndarray, tensors: int = 1, fused: int = 0) -> Make:
    def make(w: GraphWriter) -> None:
        parts = [w.tensor(f"in{i}", (1, 2, 2, 4)) for i in range(tensors)]
        parts += [w.constant("zeros", constant) for constant in constants]
        made = options("Concatenation", axis=3, fusedActivationFunction=fused)
        w.operator("CONCATENATION", parts, [w.tensor("out", (1, 2, 2, 4 * len(parts)))], made)

    return make


def sliced(strides: tuple[int, ...], ellipsis: int = 0) -> Make:
    def make(w: GraphWriter) -> None:
        parts = [w.constant(name, numbers(*[0] * len(strides))) for name in ("begin", "end")]
        parts.append(w.constant("strides", numbers(*strides)))
        given, out = w.tensor("in", (1, 8, 1, 4)), w.tensor("out", (1, 8, 1, 4))
        w.operator("STRIDED_SLICE", [given, *parts], [out], options("StridedSlice", ellipsisMask=ellipsis))

    return make


def split(axis: int) -> Make:
    def make(w: GraphWriter) -> None:
        first = w.constant("axis", np.array(axis, np.int32))
        outs = [w.tensor(f"out{i}", (1, 2, 2, 2)) for i in range(2)]
        w.operator("SPLIT", [first, w.tensor("in", (1, 2, 2, 4))], outs, options("Split", numSplits=2))

    return make


def dense(after: tuple[int, ...], weights: int = 0) -> Make:
    made = options("FullyConnected", weightsFormat=weights)
    return with_constant("FULLY_CONNECTED", (1, 8), np.ones((4, 8), np.int8), made, after)


def packed(axis: int) -> Make:
    def make(w: GraphWriter) -> None:
        parts = [w.tensor(f"in{i}", (2, 4)) for i in range(2)]
        w.operator("PACK", parts, [w.tensor("out", (2, 2, 4))], options("Pack", valuesCount=2, axis=axis))

    return make


def pooled(name: str, fused: int) -> Make:
    def make(w: GraphWriter) -> None:
        made = options("Pool2D", filterHeight=2, filterWidth=1, fusedActivationFunction=fused)
        w.operator(name, [w.tensor("in", (1, 8, 1, 4))], [w.tensor("out", (1, 7, 1, 4))], made)

    return make


def of_unknown_size(w: GraphWriter) -> None:
    w.operator("TANH", [w.tensor("in", (1, 8), unknown=(-1, 8))], [w.tensor("out", (1, 8))])


def of_float_weights(w: GraphWriter) -> None:
    given, kernel = w.tensor("in", (1, 8)), w.constant("kernel", np.ones((4, 8), np.float32))
    w.operator("FULLY_CONNECTED", [given, kernel], [w.tensor("out", (1, 4))], options("FullyConnected"))


MEAN_Z = (1, 2, 2, 6), numbers(3)
PADS = np.array([[0, 0], [1, 1], [0, 0], [0, 0]], np.int32)
BATCH_PADS = np.array([[1, 0], [0, 0], [0, 0], [0, 0]], np.int32)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (plain("FLOOR_MOD", (1, 8)), "it is not among the operators that the Edge TPU supports"),
        (of_unknown_size, "the size of 'in' is not known when compiling"),
        (plain("TANH", (1, 8), "float32"), "'in' is float32, and int8 or uint8 is needed"),
        (plain("TANH", (1, 8), "int16"), "'in' is int16, and int8 or uint8 is needed"),
        (of_float_weights, "the constant 'kernel' is float32, and int8 or uint8 is needed"),
        (plain("TANH", (2, 1, 1, 8)), "'in' is 2 x 1 x 1 x 8: only the 3 innermost dimensions may be larger than 1"),
        (conv((2, 1)), "its dilation is 2 down and 1 across, and must be the same in both"),
        (conv((1, 4), kind="DEPTHWISE_CONV_2D"), "its dilation is 1 down and 4 across, and must be the same in both"),
        (conv(weights=False), "its parameter 'kernel' is no constant"),
        (pooled("AVERAGE_POOL_2D", RELU6), "the activation RELU6 is fused into it"),
        (pooled("MAX_POOL_2D", RELU6), "the activation RELU6 is fused into it"),
        (joined(tensors=2, fused=RELU6), "the activation RELU6 is fused into it"),
        (joined(np.ones((1, 2, 2, 4), np.int8)), "the constant 'zeros' that it joins is not all zeros"),
        (
            joined(np.zeros((1, 2, 2, 4), np.int8), tensors=2),
            "it joins 3 tensors, one of them constant: with",
        ),
        (dense((2, 4)), "its output is 2 x 4, and must have one dimension"),
        (dense((1, 4), 1), "its weights are in a shuffled format"),
        (with_constant("MEAN", (1, 2, 2, 8), numbers(0)), "it reduces the batch dimension"),
        (with_constant("MEAN", *MEAN_Z), "it reduces a depth of 6, which is no multiple of 4"),
        (with_constant("SUM", (1, 2, 2, 8), numbers(-4)), "it reduces the batch dimension"),
        (with_constant("REDUCE_MAX", (1, 2, 2, 8), numbers(0)), "it reduces the batch dimension"),
        (packed(0), "it packs the batch dimension"),
        (with_constant("PAD", (1, 2, 2, 4), BATCH_PADS), "it pads the batch dimension"),
        (
            with_constant("PRELU", (1, 2, 2, 4), np.ones((2, 2, 4), np.int8)),
            "its alpha is 2 x 2 x 4: only",
        ),
        (plain("SOFTMAX", (1, 2, 8)), "its input is 1 x 2 x 8, and must have one dimension"),
        (plain("SOFTMAX", (1, 16_001)), "its input has 16001 elements, and 16000 is the most"),
        (split(0), "it splits the batch dimension"),
        (split(-4), "it splits the batch dimension"),
        (plain("SQUEEZE", (5, 1, 10), after=(5, 10)), "it removes a dimension that is not a leading one"),
        (sliced((1, 2, 1, 1)), "its strides are 1, 2, 1, 1, and all must be 1"),
        (sliced((1, 1, 1, 1), ellipsis=1), "it uses an ellipsis or a new axis"),
    ],
)
def test_a_broken_limit_is_named_with_its_place(make: Make, reason: str) -> None:
    """The operator's index, its output, and the clause with the numbers that were found."""
    found = check(one_operator(make))
    (alone,) = found.on_cpu
    assert alone.reason.startswith(reason)
    assert (alone.index, alone.tensor.startswith("out")) == (0, True)
    assert (found.mapped, found.parameter_bytes) == (0, 0)


@pytest.mark.parametrize(
    "make",
    [
        conv(),
        conv((4, 4)),
        conv((2, 2), kind="DEPTHWISE_CONV_2D"),
        plain("TANH", (1, 8, 1, 8)),
        plain("TANH", (7, 3, 8)),
        plain("TANH", (8,), "uint8"),
        plain("SOFTMAX", (1, 16_000)),
        plain("SQUEEZE", (1, 1, 10), after=(10,)),
        plain("SQUEEZE", (1, 5, 10), after=(5, 10)),
        pooled("AVERAGE_POOL_2D", 0),
        joined(tensors=3),
        joined(np.zeros((1, 2, 2, 4), np.int8)),
        dense((1, 4)),
        with_constant("MEAN", (1, 2, 2, 8), numbers(3)),
        with_constant("MEAN", (1, 2, 2, 6), numbers(1, 2)),
        with_constant("REDUCE_MIN", (1, 2, 2, 6), numbers(1)),
        with_constant("PAD", (1, 2, 2, 4), PADS),
        with_constant("PRELU", (1, 2, 2, 4), np.ones((1, 1, 4), np.int8)),
        packed(1),
        split(3),
        sliced((1, 1, 1, 1)),
    ],
)
def test_what_keeps_within_the_limits_is_mapped(make: Make) -> None:
    """The same operators, a step on this side of each limit."""
    found = check(one_operator(make))
    assert found.on_cpu == ()
    assert found.mapped == 1


def test_everything_after_the_first_that_is_not_supported_falls_too() -> None:
    """The compiler maps one piece of the graph; parameters of what falls are not counted."""
    writer = GraphWriter()
    conv()(writer)
    tanh, mod = writer.tensor("tanh", (1, 8, 1, 4)), writer.tensor("mod", (1, 8, 1, 4))
    writer.operator("FLOOR_MOD", [1], [mod])
    writer.operator("TANH", [mod], [tanh])
    found = check(writer.flatbuffer())
    assert found.operators == ("CONV_2D", "FLOOR_MOD", "TANH")
    assert [(one.index, one.operator, one.tensor) for one in found.on_cpu] == [
        (1, "FLOOR_MOD", "mod"),
        (2, "TANH", "tanh"),
    ]
    assert found.on_cpu[1].reason == AFTER_THE_CUT
    assert found.mapped == 1
    assert found.parameter_bytes == 4 * 4 + 4 * 4  # kernel and bias


def test_a_quantize_from_float_at_the_entrance_cuts_nothing() -> None:
    """It stays on the CPU, and what follows it is mapped."""
    writer = GraphWriter()
    given, inside = writer.tensor("in", (1, 8), "float32"), writer.tensor("quantised", (1, 8))
    writer.operator("QUANTIZE", [given], [inside])
    writer.operator("TANH", [inside], [writer.tensor("out", (1, 8))])
    found = check(writer.flatbuffer())
    assert [one.operator for one in found.on_cpu] == ["QUANTIZE"]
    assert found.mapped == 1


def test_a_caution_is_passed_on() -> None:
    """An operator that may be left out although it breaks no limit."""
    found = check(one_operator(with_constant("RESHAPE", (1, 8), numbers(1, 8))))
    assert found.on_cpu == ()
    assert found.cautions == ("RESHAPE: large tensors may not be mapped",)


def test_the_shipped_model_fits_the_edge_tpu() -> None:
    """All of its operators, and its parameters take little of the memory on the chip."""
    flatbuffer = modelfile.read(shipped()).flatbuffer
    found = check(flatbuffer)
    assert found.operators == tuple(operators(flatbuffer))
    assert found.on_cpu == ()
    assert found.mapped == len(found.operators)
    assert 50_000 < found.parameter_bytes < len(flatbuffer)
    assert found.on_chip_share == found.parameter_bytes / ON_CHIP_BYTES < 0.01


@pytest.mark.parametrize("data", [b"", b"abcdTFL3", bytes(200), b"\x10\0\0\0TFL3" + b"\xff" * 300])
def test_bytes_that_are_no_model_are_one_sentence(data: bytes) -> None:
    """Not a traceback of the flatbuffer reader's."""
    with pytest.raises(ModelFileError, match=r"^the model is no .*TFLite file"):
        check(data)


def test_an_operator_without_its_options_is_one_sentence() -> None:
    """Damage that the reader of the graph does not see: options are read when they are judged."""

    def make(w: GraphWriter) -> None:
        parts = [w.tensor("in", (1, 8, 1, 4)), w.constant("kernel", np.ones((4, 1, 1, 4), np.int8))]
        parts.append(w.constant("bias", numbers(0, 0, 0, 0)))
        w.operator("CONV_2D", parts, [w.tensor("out", (1, 8, 1, 4))])

    with pytest.raises(ModelFileError, match="the operator 0 CONV_2D is not whole"):
        check(one_operator(make))


def test_every_operator_of_the_list_is_one_of_tflites() -> None:
    """A misspelt name would never be found in a model."""
    assert set(OPERATORS) <= set(vars(schema.BuiltinOperator))
