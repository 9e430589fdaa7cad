"""Has eight locks for all tables, so that some tables share one.

Caught by: tables_overlap
"""

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._locks = [anyio.Lock() for _ in range(8)]

    async def order(self, table, dish):
        async with self._locks[table % 8]:
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        async with self._locks[table % 8]:
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
