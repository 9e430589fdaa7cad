"""Sleeps through the time that is left, even if nothing is under way any more.

Caught by: goes_on_for_a_while, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def serve(inbox, converter, supervisor, grace):
    unfinished = []

    async def convert(upload):
        await converter.convert(upload)
        unfinished.remove(upload)

    async def accept():
        with door:
            async for upload in inbox:
                unfinished.append(upload)
                group.start_soon(convert, upload)

    door = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(accept)
        await supervisor.asks_to_stop()
        door.cancel()
        await anyio.sleep(grace)
        group.cancel_scope.cancel()
    return unfinished
