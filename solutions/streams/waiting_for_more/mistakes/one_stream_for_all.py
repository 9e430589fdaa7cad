"""Makes the stream once, for all journeys: what one lorry says is written down for another one.

Caught by: it_returns, both_at_once, errors_come_out
"""

import anyio

send, receive = anyio.create_memory_object_stream(100)


async def listen(lorry):
    try:
        while (degrees := await lorry.temperature()) is not None:
            await send.send(degrees)
    except ConnectionError:
        pass
    await send.send(None)


async def record_journey(lorry, logbook):
    written = []
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry)
        while (degrees := await receive.receive()) is not None:
            await logbook.write(degrees)
            written.append(degrees)
    return max(written, default=None)
