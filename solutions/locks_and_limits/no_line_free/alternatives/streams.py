"""Each who waits has a stream of their own, over which they are told to look into their box; `amap` and `except*` for the question."""

from collections import deque
from typing import Protocol

import anyio


class Connection(Protocol):
    """Answers one question at a time, and raises `ValueError` for one that it does not understand."""

    async def ask(self, question: str) -> str: ...

    def close(self) -> None: ...


class Server(Protocol):
    async def connect(self) -> Connection: ...


class Box:
    def __init__(self) -> None:
        self.filled = False
        self.connection: Connection | None = None  # None: open one
        self.nudge, self.nudged = anyio.create_memory_object_stream[None](1)


class Pool:
    """Asks a server, over at most `size` connections."""

    def __init__(self, server: Server, size: int) -> None:
        self._server = server
        self._free: list[Connection | None] = [None] * size  # connections last
        self._boxes: deque[Box] = deque()

    def _serve(self) -> None:
        while self._boxes and self._free:
            box = self._boxes.popleft()
            box.connection = self._free.pop()
            box.filled = True
            box.nudge.send_nowait(None)

    def _put_back(self, connection: Connection | None) -> None:
        if connection is None:
            self._free.insert(0, None)
        else:
            self._free.append(connection)
        self._serve()

    async def _take(self) -> Connection | None:
        box = Box()
        with box.nudge, box.nudged:
            self._boxes.append(box)
            self._serve()
            try:
                await box.nudged.receive()
            except BaseException:
                if box.filled:
                    self._put_back(box.connection)
                else:
                    self._boxes.remove(box)
                raise
        return box.connection

    async def ask(self, question: str) -> str:
        """Return the answer to a question, when there is a connection for it."""
        left: Connection | None = None  # what is left of the place that we hold
        left = await self._take()
        try:
            connection = left
            left = None
            if connection is None:
                connection = await self._server.connect()
            try:
                [answer] = await anyio.amap(connection.ask, [question])
                left = connection
            except* ValueError as errors:
                if isinstance(errors.exceptions[0], ValueError):
                    left = connection
                raise
            finally:
                if left is None:
                    connection.close()
            return answer
        finally:
            self._put_back(left)
