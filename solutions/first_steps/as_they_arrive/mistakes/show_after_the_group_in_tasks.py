"""Shows all results at once, but only when the last count is there.

Caught by: shown_at_once
"""

import anyio


async def election_night(hotline, screen, districts):
    counts = {}

    async def ask(district):
        counts[district] = await hotline.count(district)

    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(ask, district)
    async with anyio.create_task_group() as group:
        for district, votes in counts.items():
            group.start_soon(screen.show, district, votes)
    return sum(counts.values())
