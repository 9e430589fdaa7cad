"""Takes a grace of 0 for no limit at all.

Caught by: goes_on_for_a_while, errors_come_out (sometimes), gives_way (sometimes)
"""

import math

import anyio


async def serve(inbox, converter, supervisor, grace):
    unfinished = []

    async def convert(upload):
        await converter.convert(upload)
        unfinished.remove(upload)

    async def accept():
        async for upload in inbox:
            unfinished.append(upload)
            conversions.start_soon(convert, upload)

    async with anyio.create_task_group() as conversions:
        async with anyio.create_task_group() as door:
            door.start_soon(accept)
            await supervisor.asks_to_stop()
            door.cancel_scope.cancel()
        conversions.cancel_scope.deadline = anyio.current_time() + (grace or math.inf)
    return unfinished
