"""Keeps the deadline in the module, where the next bulletin finds it.

Caught by: in_time, time_is_over, ends_at_once
"""

import anyio


deadline = None


async def bulletin(wire, editors, seconds):
    global deadline
    text = await wire.report()
    if deadline is None:
        deadline = anyio.current_time() + seconds
    with anyio.move_on_at(deadline):
        for editor in editors:
            text = await editor.edit(text)
    return text
