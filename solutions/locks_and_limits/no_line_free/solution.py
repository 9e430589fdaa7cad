"""A pool of connections to a database, all day long."""

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
        self._places = anyio.Semaphore(size)
        self._idle: list[Connection] = []

    async def ask(self, question: str) -> str:
        """Return the answer to a question, when there is a connection for it."""
        async with self._places:
            connection = self._idle.pop() if self._idle else await self._server.connect()
            try:
                answer = await connection.ask(question)
            except ValueError:
                self._idle.append(connection)
                raise
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)
            return answer
