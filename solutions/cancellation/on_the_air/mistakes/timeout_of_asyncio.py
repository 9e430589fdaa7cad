"""Uses what only asyncio has.

Caught by: in_time (trio), time_is_over (trio), ends_at_once (trio)
"""

import asyncio


async def bulletin(wire, editors, seconds):
    text = await wire.report()
    try:
        async with asyncio.timeout(seconds) as limit:
            for editor in editors:
                text = await editor.edit(text)
    except TimeoutError:
        if not limit.expired():
            raise
    return text
