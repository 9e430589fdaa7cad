"""Hands over a list, and empties it for the next batch before anybody has looked at it.

Caught by: in_time, returns_in_the_end, errors_come_out (sometimes), gives_way (sometimes)
"""

import contextlib

import anyio


async def collect(clicks, stream):
    async with stream:
        async for click in clicks:
            await stream.send(click)


async def forward(clicks, warehouse, most, patience):
    stored = 0
    batch = []
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(collect, clicks, send)
        async for click in receive:
            batch.append(click)
            with anyio.move_on_after(patience), contextlib.suppress(anyio.EndOfStream):
                while len(batch) < most:
                    batch.append(await receive.receive())
            group.start_soon(warehouse.store, batch)
            batch.clear()
            stored += 1
    return stored
