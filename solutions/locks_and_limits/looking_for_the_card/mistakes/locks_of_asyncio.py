"""Uses the locks of asyncio, which need its event loop.

Caught by: bills_are_right (trio), tables_overlap (trio)
"""

import asyncio
from collections import defaultdict


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._locks = defaultdict(asyncio.Lock)

    async def order(self, table, dish):
        async with self._locks[table]:
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        async with self._locks[table]:
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
