"""Keeps the connections open for a minute more, which is too long or too short.

Caught by: errors_come_out, no_slower, open_for_all
"""

import anyio


async def copy(phone, album, name, pages):
    pages[name] = await album.store(name, await phone.photo(name))


async def save_photos(phone, album):
    pages = {}
    async with phone, anyio.create_task_group() as group, album:
        names = await phone.names()
        for name in names:
            group.start_soon(copy, phone, album, name, pages)
        await anyio.sleep(60)
    return [pages[name] for name in names]
