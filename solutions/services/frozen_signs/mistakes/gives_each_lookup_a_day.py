"""A `TimeoutError` of the timetable is taken for the end of the program's own patience.

Caught by: failure_heard
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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


@asynccontextmanager
async def closing(connection: Connection) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await anyio.aclose_forcefully(connection)  # type: ignore[arg-type]


async def attend(connection: Connection, timetable: Timetable) -> None:
    async with closing(connection):
        lines = Lines(connection)
        while True:
            try:
                stop = await lines.next()
            except (ValueError, anyio.BrokenResourceError):
                return
            if stop is None:
                return
            try:
                with anyio.fail_after(86_400):
                    bus = await timetable.next_bus(stop)
            except TimeoutError:
                return  # do not keep a connection for a question that nobody can answer
            try:
                await connection.send(f"{bus}\n".encode())
            except anyio.BrokenResourceError:
                return


async def serve(listener: Listener, timetable: Timetable) -> None:
    """Answer whatever the signs ask, until somebody cancels it."""
    async with anyio.create_task_group() as signs:
        while True:
            connection = await listener.accept()
            signs.start_soon(attend, connection, timetable)
