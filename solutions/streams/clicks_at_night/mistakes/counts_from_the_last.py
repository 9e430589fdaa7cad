"""Counts the time from the last click: as long as clicks come, nothing is over.

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
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(collect, clicks, send)
        async for click in receive:
            batch = [click]
            with contextlib.suppress(anyio.EndOfStream, TimeoutError):
                while len(batch) < most:
                    with anyio.fail_after(patience):
                        batch.append(await receive.receive())
            group.start_soon(warehouse.store, batch)
            stored += 1
    return stored
