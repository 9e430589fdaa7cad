"""Each task sees the loop's last district.

Caught by: shown_at_once, shown_together, asked_at_once, sum_of_all
"""

import anyio


async def election_night(hotline, screen, districts):
    counts = []
    async with anyio.create_task_group() as group:
        for district in districts:

            async def report():
                votes = await hotline.count(district)
                counts.append(votes)
                await screen.show(district, votes)

            group.start_soon(report)
    return sum(counts)
