"""Waits at the end of the block: a copy that fails cancels the block, and with it the closing of the album.

Caught by: errors_come_out
"""

import anyio


async def save_photos(phone, album):
    pages = {}
    done = anyio.Event()
    async with phone, anyio.create_task_group() as group, album:
        names = await phone.names()

        async def copy(name):
            pages[name] = await album.store(name, await phone.photo(name))
            if len(pages) == len(names):
                done.set()

        for name in names:
            group.start_soon(copy, name)
        if names:
            await done.wait()
    return [pages[name] for name in names]
