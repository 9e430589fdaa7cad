"""What came in one piece with a line is lost when that line has been taken.

Caught by: nobody_waits, rude_signs, failure_heard (sometimes), all_closed
"""

from typing import Protocol

import anyio

LONGEST = 100
"""Bytes without an end of line after which nobody needs to wait for one."""


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


class Lines:
    """The lines that a sign sends, put together again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rest = b""

    async def next(self) -> str | None:
        """Wait for a line; None if the sign has hung up. Raises `ValueError` if what comes is no line."""
        while b"\n" not in self._rest:
            if len(self._rest) > LONGEST:
                raise ValueError("the line does not end")
            try:
                self._rest += await self._connection.receive()
            except anyio.EndOfStream:
                return None
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()


async def attend(connection: Connection, timetable: Timetable) -> None:
    """Answer one sign, until it is gone or makes no sense."""
    try:
        while True:
            try:
                stop = await Lines(connection).next()
            except (ValueError, anyio.BrokenResourceError):
                return
            if stop is None:
                return
            bus = await timetable.next_bus(stop)
            try:
                await connection.send(f"{bus}\n".encode())
            except anyio.BrokenResourceError:
                return
    finally:
        await connection.aclose()


async def serve(listener: Listener, timetable: Timetable) -> None:
    """Answer whatever the signs ask, until somebody cancels it."""
    async with anyio.create_task_group() as group:
        while True:
            connection = await listener.accept()
            group.start_soon(attend, connection, timetable)
