"""Keep a telescope booked while somebody works with it."""

import asyncio
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


@asynccontextmanager
async def booked(telescope: Telescope, every: float) -> AsyncIterator[int]:
    """Book the telescope, and keep it booked until the block is over."""
    number = await telescope.book()
    renewals = asyncio.create_task(keep_renewing(telescope, number, every))
    yield number
    renewals.cancel()


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
