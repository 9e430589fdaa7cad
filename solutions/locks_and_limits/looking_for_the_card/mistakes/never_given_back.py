"""Gives the lock back at the end, which an error or a cancellation never reaches.

Caught by: bills_are_right, tables_overlap
"""

from collections import defaultdict

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._locks = defaultdict(anyio.Lock)

    async def order(self, table, dish):
        await self._locks[table].acquire()
        dishes = await self._till.read(table)
        await self._till.write(table, [*dishes, dish])
        self._locks[table].release()

    async def pay(self, table):
        await self._locks[table].acquire()
        dishes = await self._till.read(table)
        await self._terminal.charge(table, dishes)
        await self._till.write(table, [])
        self._locks[table].release()
        return dishes
