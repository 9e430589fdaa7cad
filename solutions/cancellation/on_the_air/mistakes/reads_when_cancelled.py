"""Reads what there is whenever it is cancelled, whoever did that.

Caught by: ends_at_once
"""

import anyio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    with anyio.move_on_after(seconds):
        try:
            for editor in editors:
                text = await editor.edit(text)
        except anyio.get_cancelled_exc_class():
            return text
    return text
