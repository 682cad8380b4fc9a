"""What the Edge TPU asks of an operator: each limit takes a node and gives the clause that it breaks, or nothing."""

from collections.abc import Callable

from ai_edge_litert import schema_py_generated as schema

from emg_edge.quantize.graph import Node, Tensor, names_in

Limit = Callable[[Node], str | None]

EIGHT_BITS = ("INT8", "UINT8")
DIMENSIONS = 3  # of a tensor that may be larger than one: the innermost ones
SOFTMAX_ELEMENTS = 16_000
DEPTH_STEP = 4  # a mean over the depth wants it to be a multiple of this

_ACTIVATIONS = names_in(schema.ActivationFunctionType)


def sizes_known(node: Node) -> str | None:
    for tensor in _touched(node):
        if not tensor.fixed:
            return f"the size of '{tensor.name}' is not known when compiling"
    return None


def eight_bits(node: Node) -> str | None:
    """What flows is int8 or uint8. Constants may be wider: a bias is int32, and so are shapes and axes."""
    for tensor in _touched(node):
        if tensor.constant is None and tensor.type not in EIGHT_BITS:
            return f"'{tensor.name}' is {tensor.type.lower()}, and int8 or uint8 is needed"
        if tensor.type.startswith(("FLOAT", "BFLOAT")):
            return f"the constant '{tensor.name}' is {tensor.type.lower()}, and int8 or uint8 is needed"
    return None


def few_dimensions(node: Node) -> str | None:
    for tensor in _touched(node):
        if tensor.constant is None and any(size > 1 for size in tensor.shape[:-DIMENSIONS]):
            return f"'{tensor.name}' is {_by(tensor)}: only the {DIMENSIONS} innermost dimensions may be larger than 1"
    return None


def constant_parameters(node: Node) -> str | None:
    """Weights, biases, axes and shapes are all inputs but the first."""
    for tensor in node.inputs[1:]:
        if tensor.constant is None:
            return f"its parameter '{tensor.name}' is no constant"
    return None


def same_dilation(node: Node) -> str | None:
    down, across = node.options.DilationHFactor(), node.options.DilationWFactor()
    return None if down == across else f"its dilation is {down} down and {across} across, and must be the same in both"


def no_activation(node: Node) -> str | None:
    fused = node.options.FusedActivationFunction()
    return f"the activation {_ACTIVATIONS[fused]} is fused into it" if fused else None


def zero_padding_only(node: Node) -> str | None:
    """Concatenating a constant is allowed as padding: two inputs, the constant all zeros."""
    constants = [tensor for tensor in node.inputs if tensor.constant is not None]
    if not constants:
        return None
    if len(node.inputs) != 2:
        return f"it joins {len(node.inputs)} tensors, one of them constant: with a constant there may be two"
    zero = all(not tensor.values().any() for tensor in constants)
    return None if zero else f"the constant '{constants[0].name}' that it joins is not all zeros"


def default_weights(node: Node) -> str | None:
    return "its weights are in a shuffled format" if node.options.WeightsFormat() else None


def flat_output(node: Node) -> str | None:
    output = node.outputs[0]
    return None if _flat(output) else f"its output is {_by(output)}, and must have one dimension"


def reduces_no_batch(node: Node) -> str | None:
    return "it reduces the batch dimension" if 0 in _axes(node) else None


def depth_in_fours(node: Node) -> str | None:
    given = node.inputs[0]
    if len(given.shape) - 1 in _axes(node) and given.shape[-1] % DEPTH_STEP:
        return f"it reduces a depth of {given.shape[-1]}, which is no multiple of {DEPTH_STEP}"
    return None


def packs_no_batch(node: Node) -> str | None:
    return "it packs the batch dimension" if node.options.Axis() % len(node.outputs[0].shape) == 0 else None


def splits_no_batch(node: Node) -> str | None:
    given = node.inputs[0]  # SPLIT's first input is its axis
    if given.constant is None:
        return f"its parameter '{given.name}' is no constant"
    axis = int(given.values().ravel()[0])
    return "it splits the batch dimension" if axis % len(node.inputs[1].shape) == 0 else None


def pads_no_batch(node: Node) -> str | None:
    return "it pads the batch dimension" if node.inputs[1].values()[0].any() else None


def flat_alpha(node: Node) -> str | None:
    alpha = node.inputs[1]
    return None if _flat(alpha) else f"its alpha is {_by(alpha)}: only the innermost dimension may be larger than 1"


def short_and_flat(node: Node) -> str | None:
    given = node.inputs[0]
    if not _flat(given):
        return f"its input is {_by(given)}, and must have one dimension"
    if given.elements > SOFTMAX_ELEMENTS:
        return f"its input has {given.elements} elements, and {SOFTMAX_ELEMENTS} is the most"
    return None


def squeezes_leading(node: Node) -> str | None:
    """Only ones before the first larger dimension may go, or the data would have to be laid out anew."""
    before, after = node.inputs[0].shape, node.outputs[0].shape
    kept = before[next((i for i, size in enumerate(before) if size > 1), len(before)) :]
    return None if not kept or after[-len(kept) :] == kept else "it removes a dimension that is not a leading one"


def steps_of_one(node: Node) -> str | None:
    strides = node.inputs[3].values().tolist()
    if set(strides) != {1}:
        return f"its strides are {', '.join(map(str, strides))}, and all must be 1"
    if node.options.EllipsisMask() or node.options.NewAxisMask():
        return "it uses an ellipsis or a new axis"
    return None


GENERAL: tuple[Limit, ...] = (sizes_known, eight_bits, few_dimensions)


def _touched(node: Node) -> tuple[Tensor, ...]:
    return node.inputs + node.outputs


def _flat(tensor: Tensor) -> bool:
    return all(size == 1 for size in tensor.shape[:-1])


def _by(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape)) or "a single number"


def _axes(node: Node) -> set[int]:
    rank = len(node.inputs[0].shape)
    return {int(axis) % rank for axis in node.inputs[1].values().ravel()} if rank else set()
