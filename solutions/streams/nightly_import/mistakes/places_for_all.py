"""Lets calls with as much room share the places, of which one that fails keeps some.

Caught by: errors_come_out, no_slower (sometimes)
"""

import anyio
from anyio.lowlevel import RunVar


_places = RunVar("places")


def places_for(room):
    try:
        by_room = _places.get()
    except LookupError:
        by_room = {}
        _places.set(by_room)
    return by_room.setdefault(room, anyio.Semaphore(room))


async def read(source, send, places):
    with send:
        await places.acquire()
        while (row := await source.next_row()) is not None:
            send.send_nowait(row)
            await places.acquire()
        places.release()


async def copy_rows(source, shop, room):
    stored = 0
    places = places_for(room)
    send, receive = anyio.create_memory_object_stream(room)
    with send, receive:
        async with anyio.create_task_group() as group:
            group.start_soon(read, source, send, places)
            async for row in receive:
                places.release()
                await shop.store(row)
                stored += 1
    return stored
