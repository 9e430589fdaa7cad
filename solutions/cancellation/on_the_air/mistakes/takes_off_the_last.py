"""Measures what is left, but takes off only what the last editor took.

Caught by: time_is_over
"""

import anyio


async def edited(editor, text, timeout):
    with anyio.move_on_after(timeout):
        return await editor.edit(text)
    return text


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    left = seconds
    for editor in editors:
        began = anyio.current_time()
        text = await edited(editor, text, timeout=left)
        left = seconds - (anyio.current_time() - began)
    return text
