"""Stores the photos when all of them are there.

Caught by: no_slower
"""

import anyio


async def save_photos(phone, album):
    async with phone, album:
        names = await phone.names()
        photos = await anyio.amap(phone.photo, names)
        return await anyio.gather(*(album.store(name, photo) for name, photo in zip(names, photos)))
