"""Gives all editors the report at the same time, and takes the text of the last one.

Caught by: in_time, time_is_over, ends_at_once
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    with anyio.move_on_after(seconds):
        for text in await anyio.amap(lambda editor: editor.edit(text), editors):
            pass
    return text
