"""Looks after each upload whether it should stop, and so waits for one more.

Caught by: takes_uploads, goes_on_for_a_while, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def serve(inbox, converter, supervisor, grace):
    unfinished = []
    is_stopping = False

    async def convert(upload):
        await converter.convert(upload)
        unfinished.remove(upload)

    async def watch():
        nonlocal is_stopping
        await supervisor.asks_to_stop()
        is_stopping = True
        group.cancel_scope.deadline = anyio.current_time() + grace

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        async for upload in inbox:
            unfinished.append(upload)
            group.start_soon(convert, upload)
            if is_stopping:
                break
    return unfinished
