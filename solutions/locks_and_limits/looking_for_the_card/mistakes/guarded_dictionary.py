"""Protects the dictionary of locks with a lock, and holds that while it waits for the other.

Caught by: tables_overlap
"""

import anyio


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._guard = anyio.Lock()
        self._locks = {}

    async def _acquire(self, table):
        async with self._guard:
            lock = self._locks.setdefault(table, anyio.Lock())
            await lock.acquire()
        return lock

    async def order(self, table, dish):
        lock = await self._acquire(table)
        try:
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])
        finally:
            lock.release()

    async def pay(self, table):
        lock = await self._acquire(table)
        try:
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
        finally:
            lock.release()
        return dishes
