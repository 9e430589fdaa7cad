"""A task for each line, so that several are written at the same time.

Caught by: both_at_once
"""

import anyio


async def record_journey(lorry, logbook):
    heard = []
    async with anyio.create_task_group() as group:
        try:
            while (degrees := await lorry.temperature()) is not None:
                heard.append(degrees)
                group.start_soon(logbook.write, degrees)
        except ConnectionError:
            pass
    return max(heard, default=None)
