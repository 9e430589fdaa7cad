"""A call that is cancelled while it connects, or whose `connect()` fails, keeps its place for ever.

Caught by: places_come_back, only_good_ones
"""

import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._places = anyio.Semaphore(size)
        self._idle = []

    async def _take(self):
        await self._places.acquire()
        if self._idle:
            return self._idle.pop()
        try:
            return await self._server.connect()
        except Exception:
            self._places.release()
            raise

    def _give_back(self, connection):
        self._idle.append(connection)
        self._places.release()

    def _throw_away(self, connection):
        connection.close()
        self._places.release()

    async def ask(self, question):
        connection = await self._take()
        try:
            answer = await connection.ask(question)
        except ValueError:
            self._give_back(connection)
            raise
        except BaseException:
            self._throw_away(connection)
            raise
        self._give_back(connection)
        return answer
