"""Holds a lock while it connects: nobody else can take a connection or open one meanwhile.

Caught by: all_share, places_come_back
"""

import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._places = anyio.Semaphore(size)
        self._lock = anyio.Lock()
        self._idle = []

    async def _take(self):
        async with self._lock:
            if self._idle:
                return self._idle.pop()
            return await self._server.connect()

    async def ask(self, question):
        async with self._places:
            connection = await self._take()
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
