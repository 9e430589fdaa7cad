"""AnyIO's own buffer puts the lines together, and `aclosing` closes the connection."""

import contextlib
from typing import Any, Protocol

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream


class Connection(Protocol):
    """A connection to a sign, like AnyIO's `SocketStream`."""

    async def receive(self) -> bytes:
        """Wait for some bytes, as many as happen to come. Raises `anyio.EndOfStream` when the sign has hung up, and
        `anyio.BrokenResourceError` when the connection has broken."""
        ...

    async def send(self, data: bytes) -> None:
        """Send all of the data. Raises `anyio.BrokenResourceError` when the connection has broken."""
        ...

    async def aclose(self) -> None:
        """Close the connection; that is done even if the task has been cancelled."""
        ...


class Listener(Protocol):
    async def accept(self) -> Connection:
        """Wait for the next sign to connect; only one task may do so at a time."""
        ...


class Timetable(Protocol):
    async def next_bus(self, stop: str) -> str: ...


async def conversation(connection: Any, timetable: Timetable) -> None:
    received = BufferedByteReceiveStream(connection)
    async with contextlib.aclosing(connection):
        while True:
            try:
                line = await received.receive_until(b"\n", 100)
                stop = line.decode()
            except (
                anyio.IncompleteRead,
                anyio.DelimiterNotFound,
                anyio.BrokenResourceError,
                UnicodeDecodeError,
            ):
                break
            bus = await timetable.next_bus(stop)
            try:
                await connection.send(bus.encode() + b"\n")
            except anyio.BrokenResourceError:
                break


async def serve(listener: Listener, timetable: Timetable) -> None:
    async with anyio.create_task_group() as group:
        while True:
            group.start_soon(conversation, await listener.accept(), timetable)
