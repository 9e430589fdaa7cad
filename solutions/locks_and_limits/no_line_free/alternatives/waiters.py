"""Events only: what comes free, a connection or the right to open one, is handed to the first who waits."""

from collections import deque
from typing import Protocol

import anyio
import anyio.lowlevel


class Connection(Protocol):
    """Answers one question at a time, and raises `ValueError` for one that it does not understand."""

    async def ask(self, question: str) -> str: ...

    def close(self) -> None: ...


class Server(Protocol):
    async def connect(self) -> Connection: ...


class Waiter:
    def __init__(self) -> None:
        self.called = anyio.Event()
        self.connection: Connection | None = None  # None: open one


class Pool:
    """Asks a server, over at most `size` connections."""

    def __init__(self, server: Server, size: int) -> None:
        self._server = server
        self._may_open = size
        self._idle: list[Connection] = []
        self._waiters: deque[Waiter] = deque()

    def _pass_on(self, connection: Connection | None) -> None:
        if self._waiters:
            waiter = self._waiters.popleft()
            waiter.connection = connection
            waiter.called.set()
        elif connection is None:
            self._may_open += 1
        else:
            self._idle.append(connection)

    async def _turn(self) -> Connection | None:
        await anyio.lowlevel.checkpoint()
        if self._idle:
            return self._idle.pop()
        if self._may_open:
            self._may_open -= 1
            return None
        waiter = Waiter()
        self._waiters.append(waiter)
        try:
            await waiter.called.wait()
        except BaseException:
            if waiter.called.is_set():
                self._pass_on(waiter.connection)
            else:
                self._waiters.remove(waiter)
            raise
        return waiter.connection

    async def ask(self, question: str) -> str:
        """Return the answer to a question, when there is a connection for it."""
        connection = await self._turn()
        if connection is None:
            try:
                connection = await self._server.connect()
            except BaseException:
                self._pass_on(None)
                raise
        try:
            answer = await connection.ask(question)
        except ValueError:
            self._pass_on(connection)
            raise
        except BaseException:
            connection.close()
            self._pass_on(None)
            raise
        self._pass_on(connection)
        return answer
