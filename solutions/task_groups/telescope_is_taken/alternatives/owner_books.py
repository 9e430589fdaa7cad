"""The task that renews the booking makes it, too; and what fails comes out alone, without a group."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import anyio
from anyio.abc import TaskStatus


class Telescope(Protocol):
    async def book(self) -> int: ...
    async def renew(self, number: int) -> None: ...


async def keep_renewing(telescope: Telescope, number: int, every: float) -> None:
    while True:
        await anyio.sleep(every)
        await telescope.renew(number)


async def own(telescope: Telescope, every: float, *, task_status: TaskStatus[int]) -> None:
    number = await telescope.book()
    task_status.started(number)
    await keep_renewing(telescope, number, every)


@asynccontextmanager
async def booked(telescope: Telescope, every: float) -> AsyncIterator[int]:
    """Book the telescope, and keep it booked until the block is over."""
    failed: Exception | None = None
    try:
        async with anyio.create_task_group() as group:
            number: int = await group.start(own, telescope, every)
            try:
                yield number
            finally:
                group.cancel_scope.cancel()
    except ExceptionGroup as errors:
        failed = errors
        while isinstance(failed, ExceptionGroup):
            failed = failed.exceptions[0]
    if failed is not None:
        raise failed
