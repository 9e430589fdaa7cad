"""Changes the places of the phone and the album: now it is the phone that is closed too soon.

Caught by: errors_come_out, no_slower, open_for_all
"""

import anyio


async def copy(phone, album, name, pages):
    pages[name] = await album.store(name, await phone.photo(name))


async def save_photos(phone, album):
    pages = {}
    async with album, anyio.create_task_group() as group, phone:
        names = await phone.names()
        for name in names:
            group.start_soon(copy, phone, album, name, pages)
    return [pages[name] for name in names]
