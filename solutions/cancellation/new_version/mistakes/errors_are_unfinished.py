"""Counts an upload whose conversion failed as one that is not finished, and says nothing.

Caught by: errors_come_out
"""

import anyio


async def serve(inbox, converter, supervisor, grace):
    unfinished = []

    async def convert(upload):
        try:
            await converter.convert(upload)
        except Exception:
            return
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
    return unfinished
