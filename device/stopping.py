"""Ctrl-C, SIGTERM and a closed terminal as a question that the loop asks, not an exception in the middle of a line."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: the terminal was closed


@contextlib.contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether the user asked to stop. A second signal has its ordinary effect."""
    asked = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        restore()

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    if before[signal.SIGHUP] is signal.SIG_IGN:  # nohup asks for it
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    try:
        yield lambda: asked
    finally:
        restore()
