"""Asks the clock whose TimeoutError it was, and counts the time of the report as the editors'.

Caught by: ends_at_once
"""

import anyio


async def bulletin(wire, editors, seconds):
    began = anyio.current_time()
    text = await wire.report()
    try:
        with anyio.fail_after(seconds):
            for editor in editors:
                text = await editor.edit(text)
    except TimeoutError:
        if anyio.current_time() < began + seconds:
            raise  # There was time left, so it is not ours.
    return text
