"""A model held against the Edge TPU's list of operators: what would fall to the CPU, where, and why."""

from dataclasses import dataclass

from emg_edge.decoding.modelfile import ANEW
from emg_edge.errors import ModelFileError
from emg_edge.quantize.edgetpu.limits import GENERAL
from emg_edge.quantize.edgetpu.operators import OPERATORS
from emg_edge.quantize.graph import NOWHERE, Node, read_graph

ON_CHIP_BYTES = 8 << 20  # of memory for parameters, "roughly 8 MB" in Coral's words; the compiler keeps a part of it
AFTER_THE_CUT = "it comes after the cut: the compiler maps one piece of the graph, up to the first that is not mapped"


@dataclass(frozen=True)
class OnCpu:
    """An operator that would run on the CPU: its place in the order of execution, its output tensor, and why."""

    index: int
    operator: str
    tensor: str
    reason: str


@dataclass(frozen=True)
class Check:
    """`operators` in order of execution; `parameter_bytes` of those that would be mapped, each constant once.

    cautions   what the list says may be left out although it breaks no limit
    """

    operators: tuple[str, ...]
    on_cpu: tuple[OnCpu, ...]
    cautions: tuple[str, ...]
    parameter_bytes: int

    @property
    def mapped(self) -> int:
        return len(self.operators) - len(self.on_cpu)

    @property
    def on_chip_share(self) -> float:
        """Of the memory for parameters on the chip; above 1, the rest would be fetched at every inference."""
        return self.parameter_bytes / ON_CHIP_BYTES


def check(flatbuffer: bytes) -> Check:
    """Judge every operator of the main graph. Raises ModelFileError for bytes that are no TFLite model."""
    nodes = read_graph(flatbuffer).nodes
    on_cpu: dict[int, OnCpu] = {}
    cut = False
    for node in nodes:
        try:
            reason = broken(node)
        except NOWHERE as error:
            raise ModelFileError(
                f"the operator {node.index} {node.operator} is not whole ({type(error).__name__}: {error}), so these "
                f"bytes are no TFLite model that can be checked; {ANEW}"
            ) from error
        if reason is None and cut:
            reason = AFTER_THE_CUT
        if reason is not None:
            on_cpu[node.index] = OnCpu(node.index, node.operator, node.outputs[0].name, reason)
            # The compiler's logs have models whose QUANTIZE from float at the entrance stays outside, and the rest is
            # mapped all the same.
            entrance = node.operator == "QUANTIZE" and len(on_cpu) == node.index + 1
            cut = cut or not entrance
    mapped = [node for node in nodes if node.index not in on_cpu]
    told = [(node.operator, OPERATORS[node.operator].caution) for node in mapped]
    parameters = {t.buffer: len(t.constant) for node in mapped for t in node.inputs if t.constant is not None}
    return Check(
        operators=tuple(node.operator for node in nodes),
        on_cpu=tuple(on_cpu.values()),
        cautions=tuple(dict.fromkeys(f"{name}: {caution}" for name, caution in told if caution)),
        parameter_bytes=sum(parameters.values()),
    )


def broken(node: Node) -> str | None:
    """The first limit that a node breaks, as a clause, or None."""
    operator = OPERATORS.get(node.operator)
    if operator is None:
        return "it is not among the operators that the Edge TPU supports"
    for limit in (*GENERAL, *operator.limits):
        clause = limit(node)
        if clause is not None:
            return clause
    return None
