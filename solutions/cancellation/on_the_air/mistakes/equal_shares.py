"""Gives each editor an equal share of the time, however little the others need.

Caught by: in_time, time_is_over, ends_at_once
"""

import anyio


async def edited(editor, text, timeout):
    with anyio.move_on_after(timeout):
        return await editor.edit(text)
    return text


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    for editor in editors:
        text = await edited(editor, text, timeout=seconds / len(editors))
    return text
