"""Has a time limit of its own, besides.

Caught by: in_time, time_is_over, ends_at_once (sometimes)
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    with anyio.move_on_after(min(seconds, 30)):
        for editor in editors:
            text = await editor.edit(text)
    return text
