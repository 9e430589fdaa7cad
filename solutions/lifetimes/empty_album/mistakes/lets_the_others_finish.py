"""Keeps an error until all the other photos have been copied.

Caught by: errors_come_out
"""

import anyio


async def save_photos(phone, album):
    errors = []

    async def copy(name):
        try:
            return await album.store(name, await phone.photo(name))
        except Exception as error:
            errors.append(error)

    async with phone, album:
        pages = await anyio.amap(copy, await phone.names())
        if errors:
            raise errors[0]
        return pages
