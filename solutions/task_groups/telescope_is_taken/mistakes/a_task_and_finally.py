"""Cancels the task on every way out, but nobody hears of a renewal that fails; and trio has no such task.

Caught by: as_long_as_the_block (trio), the_block_fails (trio), the_telescope_is_lost, gives_way (trio)
"""

import asyncio
from contextlib import asynccontextmanager

import anyio


async def keep_renewing(telescope, number, every):
    while True:
        await anyio.sleep(every)
        await telescope.renew(number)


@asynccontextmanager
async def booked(telescope, every):
    number = await telescope.book()
    renewals = asyncio.create_task(keep_renewing(telescope, number, every))
    try:
        yield number
    finally:
        renewals.cancel()
