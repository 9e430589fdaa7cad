"""Looks for `asyncio.CancelledError`: on trio, the connection of a cancelled call stays open, and its place is lost.

Caught by: places_come_back (trio), only_good_ones (trio)
"""

import asyncio
import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._places = anyio.Semaphore(size)
        self._idle = []

    async def ask(self, question):
        async with self._places:
            if self._idle:
                connection = self._idle.pop()
            else:
                connection = await self._server.connect()
            try:
                answer = await connection.ask(question)
            except ValueError:
                self._idle.append(connection)
                raise
            except (Exception, asyncio.CancelledError):
                connection.close()
                raise
            self._idle.append(connection)
            return answer
