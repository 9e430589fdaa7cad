"""Opens and closes the album in each copy, for itself: all of them share one.

Caught by: errors_come_out, no_slower, open_for_all
"""

import anyio


async def save_photos(phone, album):
    async def copy(name):
        photo = await phone.photo(name)
        async with album:
            return await album.store(name, photo)

    async with phone:
        return await anyio.amap(copy, await phone.names())
