"""Does not use a broken connection again, but does not close it either.

Caught by: places_come_back, only_good_ones
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
                answer = await connection.ask(question)
            except ValueError:
                self._idle.append(connection)
                raise
            self._idle.append(connection)
            return answer
