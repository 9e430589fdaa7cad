"""A class whose `__aexit__` says that every exception has been dealt with, the cancellation, too.

Caught by: gives_way (asyncio), the_block_fails, the_telescope_is_lost (sometimes)
"""

import anyio


async def keep_renewing(telescope, number, every):
    while True:
        await anyio.sleep(every)
        await telescope.renew(number)


class booked:
    def __init__(self, telescope, every):
        self.telescope, self.every = telescope, every

    async def __aenter__(self):
        number = await self.telescope.book()
        self.group = anyio.create_task_group()
        await self.group.__aenter__()
        self.group.start_soon(keep_renewing, self.telescope, number, self.every)
        return number

    async def __aexit__(self, *error):
        self.group.cancel_scope.cancel()
        await self.group.__aexit__(None, None, None)
        return True
