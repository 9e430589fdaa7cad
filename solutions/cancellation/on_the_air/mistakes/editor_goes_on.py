"""Waits no longer for the editors, but does not stop them: the group waits for them all the same.

Caught by: time_is_over
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()

    async def edit_all():
        nonlocal text
        for editor in editors:
            text = await editor.edit(text)

    async with anyio.create_task_group() as group:
        work = group.start_soon(edit_all)
        with anyio.move_on_after(seconds):
            await work.wait()
    return text
