"""Keeps the counts in the module, so that a second election finds those of the first.

Caught by: shown_at_once, shown_together, asked_at_once, sum_of_all
"""

import anyio

counts = {}


async def election_night(hotline, screen, districts):
    async def report(district):
        counts[district] = await hotline.count(district)
        await screen.show(district, counts[district])

    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(report, district)
    return sum(counts.values())
