"""Lets them work, and reads the text when the time is over, even if they have long been done.

Caught by: in_time
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()

    async def edit_all():
        nonlocal text
        for editor in editors:
            text = await editor.edit(text)

    async with anyio.create_task_group() as group:
        group.start_soon(edit_all)
        await anyio.sleep(seconds)
        group.cancel_scope.cancel()
    return text
