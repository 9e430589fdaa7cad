"""Takes every error of the lorry for a radio that has failed.

Caught by: errors_come_out
"""

import anyio


async def listen(lorry, heard):
    try:
        while (degrees := await lorry.temperature()) is not None:
            await heard.send(degrees)
    except Exception:
        pass
    finally:
        heard.close()


async def record_journey(lorry, logbook):
    written = []
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        async for degrees in receive:
            await logbook.write(degrees)
            written.append(degrees)
    return max(written, default=None)
