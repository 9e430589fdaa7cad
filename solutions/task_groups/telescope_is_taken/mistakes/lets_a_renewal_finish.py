"""Puts a shield around a renewal, so that the end of the block, or of all, waits for it.

Caught by: as_long_as_the_block, the_block_fails (sometimes), the_telescope_is_lost (sometimes), gives_way (sometimes)
"""

from contextlib import asynccontextmanager

import anyio


@asynccontextmanager
async def booked(telescope, every):
    number = await telescope.book()

    async def keep():
        while True:
            await anyio.sleep(every)
            with anyio.CancelScope(shield=True):
                await telescope.renew(number)

    async with anyio.create_task_group() as group:
        group.start_soon(keep)
        yield number
        group.cancel_scope.cancel()
