"""Gives place and connection back in a `finally`: the next call gets a connection that is of no use.

Caught by: only_good_ones
"""

import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._places = anyio.Semaphore(size)
        self._idle = []

    async def ask(self, question):
        async with self._places:
            connection = self._idle.pop() if self._idle else await self._server.connect()
            try:
                return await connection.ask(question)
            finally:
                self._idle.append(connection)
