"""Raises when the time is over, and there is no text to read.

Caught by: time_is_over
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    with anyio.fail_after(seconds):
        for editor in editors:
            text = await editor.edit(text)
    return text
