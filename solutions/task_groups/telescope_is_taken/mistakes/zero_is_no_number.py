"""Thinks that a booking with the number 0 is none.

Caught by: as_long_as_the_block, the_block_fails (sometimes), the_telescope_is_lost, gives_way (sometimes)
"""

from contextlib import asynccontextmanager

import anyio


async def keep_renewing(telescope, number, every):
    while True:
        await anyio.sleep(every)
        await telescope.renew(number)


@asynccontextmanager
async def booked(telescope, every):
    number = await telescope.book()
    if not number:
        raise RuntimeError("the telescope is taken")
    async with anyio.create_task_group() as group:
        group.start_soon(keep_renewing, telescope, number, every)
        yield number
        group.cancel_scope.cancel()
