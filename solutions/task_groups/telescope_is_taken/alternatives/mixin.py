"""A class, with AnyIO's own mixin for context managers that have a task group."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import anyio


class Telescope(Protocol):
    async def book(self) -> int: ...
    async def renew(self, number: int) -> None: ...


async def keep_renewing(telescope: Telescope, number: int, every: float) -> None:
    while True:
        await anyio.sleep(every)
        await telescope.renew(number)


class Booking(anyio.AsyncContextManagerMixin):
    def __init__(self, telescope: Telescope, every: float) -> None:
        self._telescope = telescope
        self._every = every

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncIterator[int]:
        number = await self._telescope.book()
        async with anyio.create_task_group() as group:
            group.start_soon(keep_renewing, self._telescope, number, self._every)
            yield number
            group.cancel_scope.cancel()


booked = Booking
