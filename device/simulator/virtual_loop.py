"""The real loop and network on a board that takes no time: for campaigns, benchmarks and tests."""

from collections.abc import Callable, Sequence
from typing import Any

from emg_edge.decoding.decisions import DecisionLayer
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.placement import Placement
from emg_edge.decoding.wearer import as_worn
from emg_edge.device.boards.board import Board
from emg_edge.device.decoder import Decoder
from emg_edge.device.loop import Loop
from emg_edge.device.sinks import Sink
from emg_edge.device.tally import Tally


def decoder_on(
    board: Board,
    model: ModelFile,
    *,
    wearer: str | None = None,
    threads: int = 1,
    placement: Placement | None = None,
) -> Decoder:
    """Make the decoder that `emg-edge run` would. Raises EmgEdgeError where model and board do not go together."""
    scale, ring, adjustment = as_worn(model.description, board.source, wearer)
    return Decoder(model, board.source, scale, ring, threads, adjustment, placement)


def loop_on(
    board: Board,
    clock: Callable[[], float],
    model: ModelFile,
    sinks: Sequence[Sink],
    *,
    wearer: str | None = None,
    decoder: Any = None,
    layer: DecisionLayer | None = None,
) -> tuple[Loop, Tally]:
    """Decode a board as `emg-edge run` would, or with a decoder or a decision layer of one's own."""
    told = model.description
    decoder = decoder or decoder_on(board, model, wearer=wearer)
    layer = layer or DecisionLayer(told.movements, told.names)
    tally = Tally(told.movements)
    bridge = told.signal.longest_bridge(board.source.rate_hz)
    loop = Loop(board, decoder, layer, sinks, tally, bridge=bridge, say=lambda _: None, clock=clock)
    return loop, tally
