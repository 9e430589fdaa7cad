"""Keeps the cancel scope in the module, where the next block puts its own.

Caught by: as_long_as_the_block, the_block_fails (sometimes), the_telescope_is_lost, gives_way (sometimes)
"""

from contextlib import asynccontextmanager

import anyio


async def keep_renewing(telescope, number, every):
    while True:
        await anyio.sleep(every)
        await telescope.renew(number)


_scope = None


@asynccontextmanager
async def booked(telescope, every):
    global _scope
    number = await telescope.book()
    async with anyio.create_task_group() as group:
        _scope = group.cancel_scope
        group.start_soon(keep_renewing, telescope, number, every)
        yield number
        _scope.cancel()
