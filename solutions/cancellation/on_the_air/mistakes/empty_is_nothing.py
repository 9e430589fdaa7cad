"""Takes an empty text for none, and keeps the one before.

Caught by: in_time, time_is_over, ends_at_once (sometimes)
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    with anyio.move_on_after(seconds):
        for editor in editors:
            text = await editor.edit(text) or text
    return text
