"""A class that enters its group by hand, and leaves it behind if the booking fails: `__aexit__` is not called then.

Caught by: the_telescope_is_lost, gives_way
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
        self.group = anyio.create_task_group()
        await self.group.__aenter__()
        number = await self.telescope.book()
        self.group.start_soon(keep_renewing, self.telescope, number, self.every)
        return number

    async def __aexit__(self, *error):
        self.group.cancel_scope.cancel()
        return await self.group.__aexit__(*error)
