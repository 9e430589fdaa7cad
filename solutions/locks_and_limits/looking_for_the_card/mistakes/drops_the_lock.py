"""Throws the lock away when it is done, while others may wait for it: whoever comes next makes a new one.

Caught by: bills_are_right, tables_overlap
"""

from contextlib import asynccontextmanager

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._locks = {}

    @asynccontextmanager
    async def _alone_with(self, table):
        async with self._locks.setdefault(table, anyio.Lock()):
            try:
                yield
            finally:
                self._locks.pop(table, None)

    async def order(self, table, dish):
        async with self._alone_with(table):
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        async with self._alone_with(table):
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
