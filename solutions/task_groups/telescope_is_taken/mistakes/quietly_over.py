"""Ends the block when a renewal fails, and says why to nobody but the log.

Caught by: the_telescope_is_lost
"""

import logging
from contextlib import asynccontextmanager

import anyio

log = logging.getLogger(__name__)


async def keep_renewing(telescope, number, every):
    while True:
        await anyio.sleep(every)
        await telescope.renew(number)


@asynccontextmanager
async def booked(telescope, every):
    number = await telescope.book()

    async def keep():
        try:
            await keep_renewing(telescope, number, every)
        except Exception:
            log.exception("the telescope is lost")
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(keep)
        yield number
        group.cancel_scope.cancel()
