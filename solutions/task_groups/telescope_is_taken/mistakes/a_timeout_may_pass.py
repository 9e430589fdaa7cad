"""Thinks that the next renewal will be better if this one has only timed out.

Caught by: the_telescope_is_lost
"""

from contextlib import asynccontextmanager

import anyio


@asynccontextmanager
async def booked(telescope, every):
    number = await telescope.book()

    async def keep():
        while True:
            await anyio.sleep(every)
            try:
                await telescope.renew(number)
            except TimeoutError:
                continue

    async with anyio.create_task_group() as group:
        group.start_soon(keep)
        yield number
        group.cancel_scope.cancel()
