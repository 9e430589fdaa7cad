"""A Condition, shielded on the way back; more checkpoints than needed."""

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
        self._size = size
        self._open = 0
        self._idle: list[Connection] = []
        self._changed = anyio.Condition()

    async def _back(self, connection: Connection | None) -> None:
        with anyio.CancelScope(shield=True):
            async with self._changed:
                if connection is None:
                    self._open -= 1
                else:
                    self._idle.append(connection)
                self._changed.notify_all()

    async def ask(self, question: str) -> str:
        """Return the answer to a question, when there is a connection for it."""
        connection: Connection | None = None
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._idle) or self._open < self._size)
            if self._idle:
                connection = self._idle.pop()
            else:
                self._open += 1
        if connection is None:
            try:
                connection = await self._server.connect()
            except BaseException:
                await self._back(None)
                raise
        keep: Connection | None = None
        try:
            answer = await connection.ask(question)
            keep = connection
        except ValueError:
            keep = connection
            raise
        finally:
            if keep is None:
                connection.close()
            await self._back(keep)
        return answer
