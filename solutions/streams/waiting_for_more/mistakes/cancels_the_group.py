"""Cancels everything when no more will come, and with it what is still being written.

Caught by: it_returns, both_at_once, errors_come_out
"""

import anyio


async def record_journey(lorry, logbook):
    written = []
    send, receive = anyio.create_memory_object_stream(100)

    async def write_down():
        async for degrees in receive:
            await logbook.write(degrees)
            written.append(degrees)

    async with anyio.create_task_group() as group:
        group.start_soon(write_down)
        try:
            while (degrees := await lorry.temperature()) is not None:
                await send.send(degrees)
        except ConnectionError:
            pass
        group.cancel_scope.cancel()
    return max(written, default=None)
