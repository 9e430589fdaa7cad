"""Notes an upload where its conversion is broken off, so that it is left to chance which one comes first.

Caught by: takes_uploads, goes_on_for_a_while, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def serve(inbox, converter, supervisor, grace):
    unfinished = []

    async def convert(upload):
        try:
            await converter.convert(upload)
        except anyio.get_cancelled_exc_class():
            unfinished.append(upload)
            raise

    async def accept():
        async for upload in inbox:
            conversions.start_soon(convert, upload)

    async with anyio.create_task_group() as conversions:
        async with anyio.create_task_group() as door:
            door.start_soon(accept)
            await supervisor.asks_to_stop()
            door.cancel_scope.cancel()
        conversions.cancel_scope.deadline = anyio.current_time() + grace
    return unfinished
