"""Closes the connection after a `ValueError`, too, though it is as good as before.

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
                answer = await connection.ask(question)
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)
            return answer
