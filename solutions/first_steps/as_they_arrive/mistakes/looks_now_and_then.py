"""A second task looks every five minutes for counts that have come.

Caught by: shown_at_once, sum_of_all
"""

import anyio


async def election_night(hotline, screen, districts):
    counts = {}

    async def ask(district):
        counts[district] = await hotline.count(district)

    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(ask, district)
        done = set()
        while len(done) < len(districts):
            for district in counts.keys() - done:
                group.start_soon(screen.show, district, counts[district])
                done.add(district)
            await anyio.sleep(300)
    return sum(counts.values())
