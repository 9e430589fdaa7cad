"""Looks at the clock between two editors, and waits for the one at work as long as it takes.

Caught by: time_is_over
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    deadline = anyio.current_time() + seconds
    for editor in editors:
        if anyio.current_time() >= deadline:
            break
        text = await editor.edit(text)
    return text
