"""Gives back the lock while the card is looked for: what is ordered meanwhile is wiped out.

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
        async with self._locks[table]:
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        async with self._locks[table]:
            dishes = await self._till.read(table)
        await self._terminal.charge(table, dishes)
        async with self._locks[table]:
            await self._till.write(table, [])
        return dishes
