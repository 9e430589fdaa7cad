"""Waits for the counts in the order of the list, so that a late one holds up all that stand after it.

Caught by: shown_at_once
"""

import anyio


async def election_night(hotline, screen, districts):
    total = 0
    async with anyio.create_task_group() as group:
        handles = [group.start_soon(hotline.count, district) for district in districts]
        for district, handle in zip(districts, handles):
            votes = await handle
            total += votes
            group.start_soon(screen.show, district, votes)
    return total
