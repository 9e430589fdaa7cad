"""Reads the report as it came if the editors have not finished: what they did is lost.

Caught by: time_is_over
"""

import anyio


async def edit_all(editors, text):
    for editor in editors:
        text = await editor.edit(text)
    return text


async def bulletin(wire, editors, seconds):
    report = await wire.report()
    with anyio.move_on_after(seconds):
        return await edit_all(editors, report)
    return report
