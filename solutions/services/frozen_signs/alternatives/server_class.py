"""A server that knows its connections, and closes whatever is left when it ends."""

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


class Gone(Exception):
    """A sign is gone, or of no use."""


class Server:
    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._connections: set[Connection] = set()

    async def run(self, listener: Listener) -> None:
        try:
            async with anyio.create_task_group() as group:
                while True:
                    connection = await listener.accept()
                    self._connections.add(connection)
                    group.start_soon(self._attend, connection)
        finally:
            with anyio.move_on_after(5, shield=True):
                for connection in list(self._connections):
                    await self._drop(connection)

    async def _attend(self, connection: Connection) -> None:
        try:
            lines = Lines(connection)
            while True:
                await self._answer_next(connection, lines)
        except* Gone:
            await self._drop(connection)

    async def _answer_next(self, connection: Connection, lines: Lines) -> None:
        try:
            stop = await lines.next()
        except (ValueError, anyio.BrokenResourceError) as error:
            raise Gone from error
        if stop is None:
            raise Gone
        bus = await self._timetable.next_bus(stop)
        try:
            await connection.send(f"{bus}\n".encode())
        except anyio.BrokenResourceError as error:
            raise Gone from error

    async def _drop(self, connection: Connection) -> None:
        self._connections.discard(connection)
        await connection.aclose()


async def serve(listener: Listener, timetable: Timetable) -> None:
    await Server(timetable).run(listener)
