"""Takes a BrokenResourceError of the source for the end of its own stream.

Caught by: errors_come_out
"""

import anyio


async def read(source, send, places):
    with send:
        try:
            await places.acquire()
            while (row := await source.next_row()) is not None:
                await send.send(row)
                await places.acquire()
        except anyio.BrokenResourceError:
            pass  # The receiving end has gone.


async def copy_rows(source, shop, room):
    stored = 0
    places = anyio.Semaphore(room)
    send, receive = anyio.create_memory_object_stream(room)
    with send, receive:
        async with anyio.create_task_group() as group:
            group.start_soon(read, source, send, places)
            async for row in receive:
                places.release()
                await shop.store(row)
                stored += 1
    return stored
