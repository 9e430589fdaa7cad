"""The list of idle connections belongs to the class: a pool asks on a connection to another server.

Caught by: all_share, places_come_back, only_good_ones
"""

import anyio


class Pool:
    _idle = []

    def __init__(self, server, size):
        self._server = server
        self._places = anyio.Semaphore(size)

    async def ask(self, question):
        async with self._places:
            connection = self._idle.pop() if self._idle else await self._server.connect()
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
