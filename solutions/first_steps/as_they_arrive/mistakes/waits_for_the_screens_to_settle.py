"""Waits a while at the end, to be sure.

Caught by: sum_of_all
"""

import anyio


async def election_night(hotline, screen, districts):
    counts = {}

    async def report(district):
        counts[district] = await hotline.count(district)
        await screen.show(district, counts[district])

    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(report, district)
    await anyio.sleep(5)
    return sum(counts.values())
