"""What the benchmarks on a simulated clock share: the real loop and network on a board that takes no time."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from emg_edge.decoding import modelfile
from emg_edge.decoding.decisions import DecisionLayer
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.device.boards.board import Board
from emg_edge.device.decoder import Decoder
from emg_edge.device.loop import Loop
from emg_edge.device.sinks import Sink
from emg_edge.device.tally import Tally
from emg_edge.device.wearer import choose_ring, choose_scale
from emg_edge.models import shipped
from emg_edge.signal.adaptation import Adjustment


@cache
def shipped_model() -> ModelFile:
    return modelfile.read(shipped())


def loop_on(
    board: Board,
    clock: Callable[[], float],
    model: ModelFile,
    sinks: Sequence[Sink],
    *,
    wearer: str | None = None,
    decoder: Any = None,
) -> tuple[Loop, Tally]:
    """Decode a board as `emg-edge run` would, or with a decoder of one's own."""
    told, source = model.description, board.source
    if decoder is None:
        ring = choose_ring(told, source, None)
        scale = choose_scale(told, source, wearer, ring.name)
        decoder = Decoder(model, source, scale.scale, ring.name, adjustment=Adjustment(unit=scale.unit))
    tally = Tally(told.movements)
    layer = DecisionLayer(told.movements, told.names)
    bridge = int(told.signal.frame.length * source.rate_hz / told.signal.rate_hz)
    loop = Loop(board, decoder, layer, sinks, tally, bridge=bridge, say=lambda _: None, clock=clock)
    return loop, tally
