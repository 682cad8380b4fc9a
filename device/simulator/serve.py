"""Serves a simulated board on a pseudo-terminal, in real time."""

import contextlib
import math
import select
import threading
import time
from collections.abc import Callable, Iterator

from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard

SHORTEST_WAIT_S = 0.002  # a board at 1 kHz is not served a thousand times a second: a USB frame carries more, too
LONGEST_WAIT_S = 0.2  # how soon a request to stop is seen


def serve(
    board: SimulatedBoard,
    terminal: PseudoTerminal,
    stopped: Callable[[], bool],
    say: Callable[[str], None],
    duration_s: float = math.inf,
) -> None:
    """Go on until `stopped`, the duration is over, or the feed is; `say` is told of each fault as it happens."""
    end_s = time.monotonic() + duration_s
    overflowed = False
    while not stopped() and not board.finished:
        now_s = time.monotonic()
        if now_s >= end_s:
            return
        data = board.advance(now_s)
        if board.present:
            terminal.plug()
            terminal.write(data)
        else:
            terminal.pull()
        for sentence in board.news():
            say(sentence)
        if terminal.overflowed and not overflowed:
            overflowed = True
            say("nobody reads the port: what it does not hold is lost")
        wait_s = min(max(board.next_s(now_s) - time.monotonic(), SHORTEST_WAIT_S), LONGEST_WAIT_S, end_s - now_s)
        if not terminal.plugged:
            time.sleep(wait_s)
        elif select.select([terminal.fileno()], [], [], wait_s)[0] and (written := terminal.read()):
            board.receive(written, time.monotonic())


@contextlib.contextmanager
def serving(board: SimulatedBoard, terminal: PseudoTerminal) -> Iterator[None]:
    """Serve it by a thread, within; nobody is told of its faults."""
    over = threading.Event()
    thread = threading.Thread(target=serve, args=(board, terminal, over.is_set, lambda _: None), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
