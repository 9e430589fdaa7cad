"""Hands down what is left of the time, and never less than a second, so that each editor can do something.

Caught by: time_is_over
"""

import anyio


async def edited(editor, text, timeout):
    with anyio.move_on_after(timeout):
        return await editor.edit(text)
    return text


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    deadline = anyio.current_time() + seconds
    for editor in editors:
        left = deadline - anyio.current_time()
        if left > 0:
            text = await edited(editor, text, timeout=max(left, 1.0))
    return text
