"""Does without any lock.

Caught by: bills_are_right, tables_overlap
"""


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal

    async def order(self, table, dish):
        dishes = await self._till.read(table)
        await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        dishes = await self._till.read(table)
        await self._terminal.charge(table, dishes)
        await self._till.write(table, [])
        return dishes
