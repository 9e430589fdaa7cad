"""Gives the album to a task of its own, which is cancelled, with its closing, when a copy fails.

Caught by: errors_come_out
"""

import anyio


async def save_photos(phone, album):
    pages, listed = {}, []

    async def copy(name):
        pages[name] = await album.store(name, await phone.photo(name))

    async def use_phone():
        async with phone, anyio.create_task_group() as copies:
            listed.extend(await phone.names())
            for name in listed:
                copies.start_soon(copy, name)

    async def be_there(*, task_status):
        async with album:
            task_status.started()
            await done.wait()

    done = anyio.Event()
    async with anyio.create_task_group() as group:
        await group.start(be_there)
        await use_phone()
        done.set()
    return [pages[name] for name in listed]
