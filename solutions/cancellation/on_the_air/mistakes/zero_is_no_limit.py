"""Takes a limit of 0 for none.

Caught by: time_is_over
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    with anyio.move_on_after(seconds or None):
        for editor in editors:
            text = await editor.edit(text)
    return text
