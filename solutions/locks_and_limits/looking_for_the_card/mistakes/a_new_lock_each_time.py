"""Makes the lock where it is used, so that everybody has another one.

Caught by: bills_are_right, tables_overlap
"""

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal

    async def order(self, table, dish):
        async with anyio.Lock():
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        async with anyio.Lock():
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
