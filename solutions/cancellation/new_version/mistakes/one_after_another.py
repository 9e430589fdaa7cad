"""Converts an upload before it takes the next one.

Caught by: takes_uploads, goes_on_for_a_while, errors_come_out (sometimes), gives_way
"""

import anyio


async def serve(inbox, converter, supervisor, grace):
    unfinished = []

    async def work():
        async for upload in inbox:
            unfinished.append(upload)
            await converter.convert(upload)
            unfinished.remove(upload)
            if is_stopping:
                return

    is_stopping = False
    async with anyio.create_task_group() as group:
        group.start_soon(work)
        await supervisor.asks_to_stop()
        is_stopping = True
        group.cancel_scope.deadline = anyio.current_time() + grace
    return unfinished
