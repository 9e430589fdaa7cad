"""Hands a baton from one to the next; who is cancelled while waiting hands on what another one still has.

Caught by: bills_are_right, tables_overlap
"""

from contextlib import asynccontextmanager

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._last = {}

    @asynccontextmanager
    async def _in_turn(self, table):
        before, mine = self._last.get(table), anyio.Event()
        self._last[table] = mine
        try:
            if before is not None:
                await before.wait()
            yield
        finally:
            mine.set()

    async def order(self, table, dish):
        async with self._in_turn(table):
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table):
        async with self._in_turn(table):
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
