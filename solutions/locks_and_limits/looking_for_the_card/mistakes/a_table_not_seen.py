"""Takes a KeyError of the terminal for a table that has not been seen before, and charges again.

Caught by: bills_are_right, tables_overlap
"""

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._locks = {}

    async def order(self, table, dish):
        try:
            await self._order(table, dish)
        except KeyError:  # Nobody has sat there yet.
            self._locks[table] = anyio.Lock()
            await self._order(table, dish)

    async def pay(self, table):
        try:
            return await self._pay(table)
        except KeyError:  # Nobody has sat there yet.
            self._locks[table] = anyio.Lock()
            return await self._pay(table)

    async def _order(self, table, dish):
        async with self._locks[table]:
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def _pay(self, table):
        async with self._locks[table]:
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
