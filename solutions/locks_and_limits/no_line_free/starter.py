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

    async def _take(self) -> Connection:
        await self._places.acquire()
        if self._idle:
            return self._idle.pop()
        return await self._server.connect()

    def _give_back(self, connection: Connection) -> None:
        self._idle.append(connection)
        self._places.release()

    async def ask(self, question: str) -> str:
        """Return the answer to a question, when there is a connection for it."""
        connection = await self._take()
        answer = await connection.ask(question)
        self._give_back(connection)
        return answer


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
