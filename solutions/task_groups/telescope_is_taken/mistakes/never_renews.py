"""Books the telescope, and hopes.

Caught by: as_long_as_the_block, the_block_fails, the_telescope_is_lost, gives_way
"""

from contextlib import asynccontextmanager


@asynccontextmanager
async def booked(telescope, every):
    number = await telescope.book()
    yield number
