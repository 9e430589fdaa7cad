"""A CapacityLimiter for the places; the question is asked by a child task, and its `TaskHandle` tells what to do with the connection. Errors come in a group."""

from typing import Protocol

import anyio


class Connection(Protocol):
    """Answers one question at a time, and raises `ValueError` for one that it does not understand."""

    async def ask(self, question: str) -> str: ...

    def close(self) -> None: ...


class Server(Protocol):
    async def connect(self) -> Connection: ...


class Pool:
    """Asks a server, over at most `size` connections."""

    def __init__(self, server: Server, size: int) -> None:
        self._server = server
        self._places = anyio.CapacityLimiter(size)
        self._idle: list[Connection] = []

    def _put_away(self, connection: Connection, handle: anyio.TaskHandle[str]) -> None:
        match handle.status:
            case anyio.TaskHandle.Status.FINISHED:
                good = True
            case anyio.TaskHandle.Status.FAILED:
                good = isinstance(handle.exception, ValueError)
            case _:
                good = False
        if good:
            self._idle.append(connection)
        else:
            connection.close()

    async def _ask(self, question: str) -> str:
        if self._idle:
            connection = self._idle.pop()
        else:
            connection = await self._server.connect()
        handle: anyio.TaskHandle[str] | None = None
        try:
            async with anyio.create_task_group() as group:
                handle = group.start_soon(connection.ask, question)
            assert handle is not None
            return handle.return_value
        finally:
            if handle is None:
                connection.close()
            else:
                self._put_away(connection, handle)

    async def ask(self, question: str) -> str:
        """Return the answer to a question, when there is a connection for it."""
        me = object()
        await self._places.acquire_on_behalf_of(me)
        try:
            return await self._ask(question)
        finally:
            self._places.release_on_behalf_of(me)
