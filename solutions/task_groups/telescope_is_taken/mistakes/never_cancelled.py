"""A task group waits for its tasks, and this one never ends by itself.

Caught by: as_long_as_the_block, gives_way
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
    async with anyio.create_task_group() as group:
        group.start_soon(keep_renewing, telescope, number, every)
        yield number
