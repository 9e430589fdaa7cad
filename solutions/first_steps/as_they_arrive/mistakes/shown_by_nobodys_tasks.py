"""Shows each result at once, in tasks that nobody waits for.

Caught by: shown_at_once, shown_together, asked_at_once, sum_of_all
"""

import asyncio

import anyio


async def election_night(hotline, screen, districts):
    counts, tasks = {}, []

    async def ask(district):
        counts[district] = await hotline.count(district)
        tasks.append(asyncio.create_task(screen.show(district, counts[district])))

    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(ask, district)
    return sum(counts.values())
