"""Takes a `ValueError` of `connect()` for one of `ask()`.

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
            try:
                if self._idle:
                    connection = self._idle.pop()
                else:
                    connection = await self._server.connect()
                answer = await connection.ask(question)
            except ValueError:
                self._idle.append(connection)
                raise
            except BaseException:
                if 'connection' in locals():
                    connection.close()
                raise
            self._idle.append(connection)
            return answer
