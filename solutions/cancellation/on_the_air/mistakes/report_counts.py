"""Lets the limit begin before the report is there.

Caught by: in_time, time_is_over, ends_at_once
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = ""
    with anyio.move_on_after(seconds):
        text = await wire.report()
        for editor in editors:
            text = await editor.edit(text)
    return text
