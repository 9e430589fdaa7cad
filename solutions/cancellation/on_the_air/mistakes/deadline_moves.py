"""Has one block for all, and moves its deadline on at each turn.

Caught by: time_is_over
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    with anyio.CancelScope() as scope:
        for editor in editors:
            scope.deadline = anyio.current_time() + seconds
            text = await editor.edit(text)
    return text
