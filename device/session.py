"""Composes a run: model, board, scale, decoder, loop. All that can be refused is refused before the board starts."""

import contextlib
import dataclasses
import difflib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emg_edge.decoding.decisions import DecisionLayer
from emg_edge.decoding.modelfile import Description, ModelFile
from emg_edge.decoding.placement import Placement, on_cpu
from emg_edge.decoding.wearer import choose_ring, choose_scale
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.registry import open_board
from emg_edge.device.boards.replay import ReplayBoard
from emg_edge.device.decoder import Decoder
from emg_edge.device.loop import Limits, Loop
from emg_edge.device.sinks import OutputClosed, Sink
from emg_edge.device.summary import Health, Setting, Summary
from emg_edge.device.tally import Tally
from emg_edge.errors import BoardError
from emg_edge.movements import REST
from emg_edge.signal.adaptation import Adjustment, adaptation
from emg_edge.signal.montage import AS_IT_IS, Turn

OVERTIME_S = 0.5  # a run ends by its samples; one whose board fell silent ends so much later, by the clock


@dataclass(frozen=True)
class RunOptions:
    """What is asked of a run; `movements` are names or numbers for the simulated wearer, empty for all.

    turn, notch_hz   how the ring is worn, and which mains hum to filter out (0: none): see signal.adaptation
    """

    board: str
    board_options: BoardOptions = BoardOptions()  # noqa: RUF009 - frozen
    movements: tuple[str, ...] = ()
    ring: str | None = None
    wearer: str | None = None
    turn: Turn = AS_IT_IS
    notch_hz: float = 0.0
    min_probability: float = 0.0
    threads: int = 1
    duration_s: float = math.inf


class Session:
    """A run, made ready. Raises EmgEdgeError when the model, the board and the options do not go together."""

    def __init__(
        self,
        model: ModelFile,
        model_name: str,
        options: RunOptions,
        say: Callable[[str], None],
        placement: Placement | None = None,
    ) -> None:
        """`say` takes a sentence for the user; `placement` is of this model, and without one the CPU runs it."""
        placement = placement or on_cpu(model)
        description = model.description
        movements = movements_asked(description, options.movements)
        self._options, self._say, self._description = options, say, description
        self._board = open_board(options.board, dataclasses.replace(options.board_options, movements=movements))
        source = self._board.source
        ring = choose_ring(description, source, options.ring)
        way = Adjustment(turn=options.turn, notch_hz=options.notch_hz)
        adaptation(description.signal, source, ring.name or None, way)  # a wrong layout is said before a wrong unit
        scale = choose_scale(description, source, self._board.wearer, ring.name, options.wearer)
        way = dataclasses.replace(way, unit=scale.unit)
        adapted = adaptation(description.signal, source, ring.name or None, way)
        self._decoder = Decoder(model, source, scale.scale, ring.name or None, options.threads, way, placement)
        for note in (placement.said, *self._board.notes, ring.note, *adapted.done, *adapted.costs, scale.note):
            if note:
                say(note)
        self._tally = Tally(description.movements)
        self._loop: Loop | None = None
        self._setting = Setting(
            self._board.name,
            model_name,
            self._decoder.network.runtime.name,
            scale.name,
            delegate=placement.delegate,
            includes_training=isinstance(self._board, ReplayBoard) and scale.name in description.scales.wearers,
        )

    @property
    def live(self) -> bool:
        """Whether the board goes on by itself, however slow whoever reads the decisions is."""
        return self._board.live

    def run(self, sinks: Sequence[Sink], stopped: Callable[[], bool]) -> None:
        """Decode until the end of the board, of the duration, of whoever reads the decisions, or until `stopped`."""
        layer = DecisionLayer(self._description.movements, self._description.names, self._options.min_probability)
        bridge = self._description.signal.longest_bridge(self._board.source.rate_hz)
        self._loop = loop = Loop(self._board, self._decoder, layer, sinks, self._tally, bridge=bridge, say=self._say)
        with contextlib.suppress(OutputClosed):  # as the user wanted it: `emg-edge run | head`
            loop.run(self._limits(), stopped)

    def summary(self) -> Summary:
        """Return the figures so far."""
        health = Health() if self._loop is None else self._loop.health()
        return self._tally.summary(self._setting, self._board.source.rate_hz, health)

    def _limits(self) -> Limits:
        duration_s, speed = self._options.duration_s, self._options.board_options.speed
        return Limits(duration_s, math.inf if math.isinf(speed) else duration_s / speed + OVERTIME_S)


def movements_asked(description: Description, asked: Sequence[str]) -> tuple[int, ...]:
    """Numbers of the movements that a simulated wearer is to make: all of the model's but rest, or those asked for.

    Raises BoardError for one that the model does not know.
    """
    known = {
        number: name for number, name in zip(description.movements, description.names, strict=True) if number != REST
    }
    if not asked:
        return tuple(known)
    by_word = {name.lower(): number for number, name in known.items()} | {str(number): number for number in known}
    numbers = []
    for word in asked:
        if word.lower() not in by_word:
            near = difflib.get_close_matches(word.lower(), by_word, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            listed = ", ".join(f"{number} {name}" for number, name in known.items())
            raise BoardError(f"this model has no movement '{word}' that can be made: {hint}it has {listed}")
        numbers.append(by_word[word.lower()])
    return tuple(dict.fromkeys(numbers))
