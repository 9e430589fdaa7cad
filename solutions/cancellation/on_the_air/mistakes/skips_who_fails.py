"""Goes on with the next editor when one has failed.

Caught by: ends_at_once
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    with anyio.move_on_after(seconds):
        for editor in editors:
            try:
                text = await editor.edit(text)
            except Exception:
                continue
    return text
