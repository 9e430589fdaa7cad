"""Holds the lock for each call of the till, and gives it back between the read and the write.

Caught by: bills_are_right, tables_overlap
"""

from collections import defaultdict

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._locks = defaultdict(anyio.Lock)

    async def _read(self, table):
        async with self._locks[table]:
            return await self._till.read(table)

    async def _write(self, table, dishes):
        async with self._locks[table]:
            await self._till.write(table, dishes)

    async def order(self, table, dish):
        dishes = await self._read(table)
        await self._write(table, [*dishes, dish])

    async def pay(self, table):
        dishes = await self._read(table)
        await self._terminal.charge(table, dishes)
        await self._write(table, [])
        return dishes
