"""Shields the time after the stop: a cancellation from outside waits until that is over.

Caught by: gives_way
"""

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
        conversions.cancel_scope.deadline = anyio.current_time() + grace
        conversions.cancel_scope.shield = True
    return unfinished
