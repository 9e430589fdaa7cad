"""Counts a connection when it is made, and not while it is being made.

Caught by: all_share, places_come_back
"""

import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._size = size
        self._open = 0
        self._idle = []
        self._changed = anyio.Event()

    def _notify(self):
        self._changed.set()
        self._changed = anyio.Event()

    async def _take(self):
        while True:
            if self._idle:
                return self._idle.pop()
            if self._open < self._size:
                connection = await self._server.connect()
                self._open += 1
                return connection
            await self._changed.wait()

    async def ask(self, question):
        connection = await self._take()
        try:
            answer = await connection.ask(question)
        except ValueError:
            self._idle.append(connection)
            raise
        except BaseException:
            connection.close()
            self._open -= 1
            raise
        else:
            self._idle.append(connection)
            return answer
        finally:
            self._notify()
