"""Raises the error of a renewal when the block is over, hours later.

Caught by: the_telescope_is_lost
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
    failures = []

    async def keep():
        try:
            await keep_renewing(telescope, number, every)
        except Exception as error:
            failures.append(error)

    async with anyio.create_task_group() as group:
        group.start_soon(keep)
        yield number
        group.cancel_scope.cancel()
    if failures:
        raise failures[0]
