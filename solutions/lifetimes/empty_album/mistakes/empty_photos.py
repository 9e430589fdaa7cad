"""Takes an empty photo for none.

Caught by: errors_come_out, no_slower, open_for_all
"""

import anyio


async def save_photos(phone, album):
    async def copy(name):
        photo = await phone.photo(name)
        return await album.store(name, photo) if photo else 0

    async with phone, album:
        return await anyio.amap(copy, await phone.names())
