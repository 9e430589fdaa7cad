"""Opens a connection for each question, and closes it: nothing leaks, and nothing is used again.

Caught by: all_share, only_good_ones
"""

import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._places = anyio.Semaphore(size)
        self._idle = []

    async def ask(self, question):
        async with self._places:
            connection = await self._server.connect()
            try:
                return await connection.ask(question)
            finally:
                connection.close()
