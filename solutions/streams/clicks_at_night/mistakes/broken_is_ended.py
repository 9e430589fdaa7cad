"""Takes an EndOfStream of the clicks for their end.

Caught by: errors_come_out
"""

import contextlib

import anyio


async def collect(clicks, stream):
    async with stream:
        with contextlib.suppress(anyio.EndOfStream):
            async for click in clicks:
                await stream.send(click)


async def forward(clicks, warehouse, most, patience):
    stored = 0
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(collect, clicks, send)
        async for click in receive:
            batch = [click]
            with anyio.move_on_after(patience), contextlib.suppress(anyio.EndOfStream):
                while len(batch) < most:
                    batch.append(await receive.receive())
            group.start_soon(warehouse.store, batch)
            stored += 1
    return stored
