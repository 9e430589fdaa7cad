"""asyncio's own as_completed, and tasks that asyncio keeps: no such thing on trio.

Caught by: shown_at_once (trio), shown_together (trio), asked_at_once (trio), sum_of_all (trio)
"""

import asyncio


async def election_night(hotline, screen, districts):
    async def report(district):
        votes = await hotline.count(district)
        await screen.show(district, votes)
        return votes

    return sum([await each for each in asyncio.as_completed([report(d) for d in districts])])
