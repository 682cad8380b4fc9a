"""An asyncio event loop in a thread of its own, for libraries that want one. It sleeps while nothing happens."""

import asyncio
import atexit
import functools
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
EXIT_S = 2.0  # what still runs when the program ends is cancelled, and given this long to tidy up


class EventLoopThread:
    """Runs coroutines that other threads hand in, until the program ends."""

    def __init__(self) -> None:
        begun = threading.Event()
        # A daemon, so that a program that fails elsewhere is not held up; `stop` is there for the orderly end.
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(begun)), name="asyncio", daemon=True)
        self._thread.start()
        begun.wait()
        atexit.register(self.stop)

    async def _run(self, begun: threading.Event) -> None:
        self.loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        begun.set()
        await self._end.wait()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def stop(self) -> None:
        """End the loop. It is not started again."""
        atexit.unregister(self.stop)
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._end.set)
        self._thread.join(EXIT_S)


@functools.cache
def event_loop() -> EventLoopThread:
    """Give the program's only one, started on first use: bleak is made for one loop a program."""
    return EventLoopThread()
