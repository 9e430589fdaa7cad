"""An event says that the block is over, and a scope of its own ends what is under way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import anyio


class Telescope(Protocol):
    async def book(self) -> int: ...
    async def renew(self, number: int) -> None: ...


@asynccontextmanager
async def booked(telescope: Telescope, every: float) -> AsyncIterator[int]:
    """Book the telescope, and keep it booked until the block is over."""
    number = await telescope.book()
    over = anyio.Event()
    renewing = anyio.CancelScope()

    async def renew() -> None:
        with renewing:
            while not over.is_set():
                with anyio.move_on_after(every):
                    await over.wait()
                    return
                await telescope.renew(number)

    async with anyio.create_task_group() as group:
        group.start_soon(renew)
        try:
            yield number
        finally:
            over.set()
            renewing.cancel()
