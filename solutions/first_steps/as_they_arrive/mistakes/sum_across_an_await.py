"""Adds to the sum across an await: Python reads the old sum first, and what others added meanwhile is lost.

Caught by: shown_at_once, shown_together, asked_at_once, sum_of_all
"""

import anyio


async def election_night(hotline, screen, districts):
    total = 0

    async def report(district):
        nonlocal total

        async def show():
            votes = await hotline.count(district)
            await screen.show(district, votes)
            return votes

        total += await show()

    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(report, district)
    return total
