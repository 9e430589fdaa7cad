"""The task asks after each sleep whether the block is over, and the `async with` waits for that.

Caught by: as_long_as_the_block, the_block_fails (sometimes), the_telescope_is_lost (sometimes), gives_way (sometimes)
"""

from contextlib import asynccontextmanager

import anyio


@asynccontextmanager
async def booked(telescope, every):
    number = await telescope.book()
    over = False

    async def keep():
        while not over:
            await anyio.sleep(every)
            if not over:
                await telescope.renew(number)

    async with anyio.create_task_group() as group:
        group.start_soon(keep)
        try:
            yield number
        finally:
            over = True
