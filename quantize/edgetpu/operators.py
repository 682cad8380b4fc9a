"""The operators that the Edge TPU takes, with what it asks of each.

Source: Coral's documentation, the page "TensorFlow models on the Edge TPU", section "Supported operations", as of Edge
TPU Compiler 16.0 (2021, the last one that was published), read in 2026 through copies: the limits of ADD to
RESIZE_BILINEAR in Axis's restatement of it for the ARTPEC-7, those of SOFTMAX to STRIDED_SLICE in an older copy of the
page. RSQRT, SQUARED_DIFFERENCE, SUM, TRANSPOSE, TRANSPOSE_CONV and the limit of SPLIT are from the page as remembered:
neither copy shows them. The compiler has the last word; its log is read where it is there.
"""

from dataclasses import dataclass

from emg_edge.quantize.edgetpu import limits
from emg_edge.quantize.edgetpu.limits import Limit


@dataclass(frozen=True)
class Operator:
    """`limits` decide; `caution` says when the compiler may leave it out although none is broken."""

    limits: tuple[Limit, ...] = ()
    caution: str = ""


_PLAIN = Operator()
_LARGE = "large tensors may not be mapped"
_PRECISION = "some sizes are not mapped, so as not to lose precision"

OPERATORS: dict[str, Operator] = {
    "ADD": _PLAIN,
    "AVERAGE_POOL_2D": Operator((limits.no_activation,)),
    "CONCATENATION": Operator((limits.no_activation, limits.zero_padding_only)),
    "CONV_2D": Operator((limits.constant_parameters, limits.same_dilation)),
    "DEPTHWISE_CONV_2D": Operator((limits.constant_parameters, limits.same_dilation)),
    "EXPAND_DIMS": Operator((limits.constant_parameters,)),
    "FULLY_CONNECTED": Operator((limits.constant_parameters, limits.default_weights, limits.flat_output)),
    "L2_NORMALIZATION": _PLAIN,
    "LOGISTIC": _PLAIN,
    "LSTM": Operator(caution="only where it runs in one direction"),
    "MAXIMUM": _PLAIN,
    "MAX_POOL_2D": Operator((limits.no_activation,)),
    "MEAN": Operator((limits.constant_parameters, limits.reduces_no_batch, limits.depth_in_fours)),
    "MINIMUM": _PLAIN,
    "MUL": _PLAIN,
    "PACK": Operator((limits.packs_no_batch,)),
    "PAD": Operator((limits.constant_parameters, limits.pads_no_batch)),
    "PRELU": Operator((limits.constant_parameters, limits.flat_alpha)),
    "QUANTIZE": _PLAIN,
    "REDUCE_MAX": Operator((limits.constant_parameters, limits.reduces_no_batch)),
    "REDUCE_MIN": Operator((limits.constant_parameters, limits.reduces_no_batch)),
    "RELU": _PLAIN,
    "RELU6": _PLAIN,
    "RELU_N1_TO_1": _PLAIN,
    "RESHAPE": Operator((limits.constant_parameters,), _LARGE),
    "RESIZE_BILINEAR": Operator((limits.constant_parameters,), _PRECISION),
    "RESIZE_NEAREST_NEIGHBOR": Operator((limits.constant_parameters,), _PRECISION),
    "RSQRT": _PLAIN,
    "SLICE": Operator((limits.constant_parameters,)),
    "SOFTMAX": Operator((limits.short_and_flat,)),
    "SPACE_TO_DEPTH": _PLAIN,
    "SPLIT": Operator((limits.splits_no_batch,)),
    "SQUARED_DIFFERENCE": _PLAIN,
    "SQUEEZE": Operator((limits.squeezes_leading,)),
    "STRIDED_SLICE": Operator((limits.constant_parameters, limits.steps_of_one)),
    "SUB": _PLAIN,
    "SUM": Operator((limits.constant_parameters, limits.reduces_no_batch)),
    "TANH": _PLAIN,
    "TRANSPOSE": Operator((limits.constant_parameters,)),
    "TRANSPOSE_CONV": _PLAIN,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _PLAIN,
}
