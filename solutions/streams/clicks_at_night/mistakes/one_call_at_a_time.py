"""Waits for a batch to be stored before it fills the next one.

Caught by: in_time, errors_come_out (sometimes), gives_way (sometimes)
"""

import contextlib

import anyio


async def collect(clicks, stream):
    async with stream:
        async for click in clicks:
            await stream.send(click)


async def forward(clicks, warehouse, most, patience):
    stored = 0
    send, receive = anyio.create_memory_object_stream(1000)
    async with anyio.create_task_group() as group:
        group.start_soon(collect, clicks, send)
        async for click in receive:
            batch = [click]
            with anyio.move_on_after(patience), contextlib.suppress(anyio.EndOfStream):
                while len(batch) < most:
                    batch.append(await receive.receive())
            await warehouse.store(batch)
            stored += 1
    return stored
