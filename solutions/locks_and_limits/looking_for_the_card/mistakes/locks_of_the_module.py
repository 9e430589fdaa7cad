"""Keeps the locks in the module, where another restaurant has tables of the same numbers.

Caught by: tables_overlap
"""

from collections import defaultdict

import anyio


locks = defaultdict(anyio.Lock)


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal

    async def order(self, table, dish):
        async with locks[table]:
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        async with locks[table]:
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
