"""Gives each conversion so many seconds from its own beginning.

Caught by: takes_uploads (sometimes), goes_on_for_a_while, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def serve(inbox, converter, supervisor, grace):
    unfinished = []

    async def convert(upload):
        with anyio.move_on_after(grace):
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
    return unfinished
