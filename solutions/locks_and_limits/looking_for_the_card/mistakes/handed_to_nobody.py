"""Hands the turn to somebody who has just been cancelled, and so to nobody.

Caught by: bills_are_right, tables_overlap
"""

from collections import deque
from contextlib import asynccontextmanager

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._queues = {}  # of the tables where somebody is at work

    @asynccontextmanager
    async def _turn(self, table):
        if table in self._queues:
            queue = self._queues[table]
            turn = anyio.Event()
            queue.append(turn)
            try:
                await turn.wait()
            except anyio.get_cancelled_exc_class():
                if turn in queue:
                    queue.remove(turn)
                raise
        else:
            queue = self._queues[table] = deque()
        try:
            yield
        finally:
            if queue:
                queue.popleft().set()
            else:
                del self._queues[table]

    async def order(self, table, dish):
        async with self._turn(table):
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        async with self._turn(table):
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
