"""Uses `asyncio.gather`, which is not there on trio, and lets the other copies run on if one fails.

Caught by: errors_come_out, no_slower (trio), open_for_all (trio)
"""

import asyncio


async def save_photos(phone, album):
    async def copy(name):
        return await album.store(name, await phone.photo(name))

    async with phone, album:
        return await asyncio.gather(*(copy(name) for name in await phone.names()))
