"""Those who wait are woken when a connection comes back, but not when one was closed or could not be opened.

Caught by: places_come_back, only_good_ones
"""

from collections import deque
import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._size = size
        self._open = 0
        self._idle = []
        self._waiting = deque()

    async def _take(self):
        while not self._idle:
            if self._open < self._size:
                self._open += 1
                try:
                    return await self._server.connect()
                except BaseException:
                    self._open -= 1
                    raise
            event = anyio.Event()
            self._waiting.append(event)
            try:
                await event.wait()
            except BaseException:
                if event in self._waiting:
                    self._waiting.remove(event)
                else:
                    self._wake()
                raise
        return self._idle.pop()

    def _wake(self):
        if self._waiting:
            self._waiting.popleft().set()

    async def ask(self, question):
        connection = await self._take()
        try:
            answer = await connection.ask(question)
        except ValueError:
            self._idle.append(connection)
            self._wake()
            raise
        except BaseException:
            self._open -= 1
            connection.close()
            raise
        self._idle.append(connection)
        self._wake()
        return answer
