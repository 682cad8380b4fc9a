"""A D-Bus system bus with a single service on it, for clients that are not ours: the wire below bleak.

It does what a message bus must: it lets clients in, names them, answers their matches, brings calls to the service and
its signals to everyone. Nothing of it is ours but the routing: dbus-fast, bleak's own library, packs and unpacks.
"""

import asyncio
import contextlib
import io
import itertools
import tempfile
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from dbus_fast import Message, MessageType
from dbus_fast._private.unmarshaller import Unmarshaller

BUS = "org.freedesktop.DBus"
SERVICE = ":1.0"
HEADER_BYTES = 16


class DBusError(Exception):
    """What a call fails with: the error's name and its text."""


class MessageBus:
    """Runs from entry to exit, in a thread of its own. `call` answers a method call with a signature and a body."""

    def __init__(self, call: Callable[[Message], Awaitable[tuple[str, list]]]) -> None:
        self._call = call
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()
        self._names, self._serial = itertools.count(1), itertools.count(1)

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="bus")  # short: a socket's path has at most 107 bytes
        self._socket = Path(self._folder.name) / "socket"
        self.address = f"unix:path={self._socket}"
        begun = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(begun)))
        self._thread.start()
        begun.wait()
        return self

    def __exit__(self, *_) -> None:
        self.loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._folder.cleanup()

    async def _run(self, begun: threading.Event) -> None:
        self.loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_unix_server(self._serve, self._socket)
        begun.set()
        await self._end.wait()
        server.close()
        for writer in self._writers:
            writer.close()
        while self._writers:
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        name = f":1.{next(self._names)}"
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await _let_in(reader, writer)
            while True:
                message = await _receive(reader)
                if message.message_type is MessageType.METHOD_CALL:
                    message.sender = name
                    task = asyncio.create_task(self._answer(message, writer))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        self._writers.discard(writer)
        writer.close()

    async def _answer(self, message: Message, writer: asyncio.StreamWriter) -> None:
        try:
            if message.destination == BUS:
                signature, body = ("s", [message.sender]) if message.member == "Hello" else ("", [])
            else:
                signature, body = await self._call(message)
        except DBusError as error:
            reply = Message.new_error(message, *error.args)
        else:
            reply = Message.new_method_return(message, signature, body)
        reply.sender = BUS if message.destination == BUS else SERVICE
        self._send(reply, writer)

    def signal(self, path: str, interface: str, member: str, signature: str, body: list) -> None:
        """Send a signal of the service to every client. On the bus's own loop."""
        message = Message.new_signal(path, interface, member, signature, body)
        message.sender = SERVICE
        for writer in self._writers:
            self._send(message, writer)

    def _send(self, message: Message, writer: asyncio.StreamWriter) -> None:
        message.serial = next(self._serial)
        if not writer.is_closing():
            writer.write(bytes(message._marshall(negotiate_unix_fd=False)))


async def _let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)
    while (line := await reader.readuntil(b"\r\n")) != b"BEGIN\r\n":
        writer.write(b"OK 0123456789abcdef0123456789abcdef\r\n" if line.startswith(b"AUTH") else b"AGREE_UNIX_FD\r\n")


async def _receive(reader: asyncio.StreamReader) -> Message:
    header = await reader.readexactly(HEADER_BYTES)
    order = "little" if header[:1] == b"l" else "big"
    body, fields = (int.from_bytes(header[at : at + 4], order) for at in (4, 12))
    rest = await reader.readexactly(-(-fields // 8) * 8 + body)
    message = Unmarshaller(io.BytesIO(header + rest)).unmarshall()
    assert message is not None
    return message
