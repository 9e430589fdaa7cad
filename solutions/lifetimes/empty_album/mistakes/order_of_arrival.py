"""Returns the pages in the order in which the photos were stored.

Caught by: no_slower, open_for_all
"""

import anyio


async def save_photos(phone, album):
    pages = []

    async def copy(name):
        pages.append(await album.store(name, await phone.photo(name)))

    async with phone, album, anyio.create_task_group() as group:
        for name in await phone.names():
            group.start_soon(copy, name)
    return pages
