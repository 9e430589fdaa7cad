"""Cuts the night short: what has not come after an hour is not waited for.

Caught by: shown_at_once, shown_together, asked_at_once, sum_of_all
"""

import anyio


async def election_night(hotline, screen, districts):
    counts = {}

    async def report(district):
        counts[district] = await hotline.count(district)
        await screen.show(district, counts[district])

    with anyio.move_on_after(3600):
        async with anyio.create_task_group() as group:
            for district in districts:
                group.start_soon(report, district)
    return sum(counts.values())
