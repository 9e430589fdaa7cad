"""Hands what comes free to the first who waits; if that call is cancelled in that instant, it is lost.

Caught by: places_come_back, only_good_ones
"""

from collections import deque
import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._may_open = size
        self._idle = []
        self._waiters = deque()

    def _pass_on(self, connection):
        if self._waiters:
            event, box = self._waiters.popleft()
            if connection is not None:
                box.append(connection)
            event.set()
        elif connection is None:
            self._may_open += 1
        else:
            self._idle.append(connection)

    async def _turn(self):
        if self._idle:
            return self._idle.pop()
        if self._may_open:
            self._may_open -= 1
            return None
        waiter = (anyio.Event(), [])
        self._waiters.append(waiter)
        try:
            await waiter[0].wait()
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
        return waiter[1][0] if waiter[1] else None

    async def ask(self, question):
        connection = await self._turn()
        if connection is None:
            try:
                connection = await self._server.connect()
            except BaseException:
                self._pass_on(None)
                raise
        try:
            answer = await connection.ask(question)
        except ValueError:
            self._pass_on(connection)
            raise
        except BaseException:
            connection.close()
            self._pass_on(None)
            raise
        self._pass_on(connection)
        return answer
