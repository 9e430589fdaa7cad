"""Takes every TimeoutError for that of its own time limit.

Caught by: errors_come_out
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

    try:
        with anyio.fail_after(None) as limit:
            async with anyio.create_task_group() as conversions:
                async with anyio.create_task_group() as door:
                    door.start_soon(accept)
                    await supervisor.asks_to_stop()
                    door.cancel_scope.cancel()
                limit.deadline = anyio.current_time() + grace
    except* TimeoutError:
        pass
    return unfinished
