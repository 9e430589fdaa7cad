"""Uses tasks and timeouts of asyncio.

Caught by: takes_uploads, goes_on_for_a_while, errors_come_out, gives_way
"""

import asyncio


async def serve(inbox, converter, supervisor, grace):
    tasks = {}

    async def accept():
        async for upload in inbox:
            tasks[upload] = asyncio.create_task(converter.convert(upload))

    door = asyncio.create_task(accept())
    await supervisor.asks_to_stop()
    door.cancel()
    if tasks:
        await asyncio.wait(tasks.values(), timeout=grace)
    unfinished = [upload for upload, task in tasks.items() if not task.done()]
    for task in tasks.values():
        task.cancel()
    return unfinished
