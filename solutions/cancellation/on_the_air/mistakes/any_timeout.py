"""Takes an editor's own TimeoutError for the end of the time.

Caught by: ends_at_once
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    try:
        with anyio.fail_after(seconds):
            for editor in editors:
                text = await editor.edit(text)
    except TimeoutError:
        pass
    return text
