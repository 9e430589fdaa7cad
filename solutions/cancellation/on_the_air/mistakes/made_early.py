"""Makes the limit at the top, where its clock begins to run, and enters it when the report is there.

Caught by: in_time, time_is_over, ends_at_once
"""

import anyio


async def bulletin(wire, editors, seconds):
    time_for_editors = anyio.move_on_after(seconds)
    text = await wire.report()
    with time_for_editors:
        for editor in editors:
            text = await editor.edit(text)
    return text
