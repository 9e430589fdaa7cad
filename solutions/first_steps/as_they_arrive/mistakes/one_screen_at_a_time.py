"""A lock around the screen, which needs none.

Caught by: shown_together
"""

import anyio


async def election_night(hotline, screen, districts):
    lock = anyio.Lock()

    async def report(district):
        votes = await hotline.count(district)
        async with lock:
            await screen.show(district, votes)
        return votes

    return sum(await anyio.amap(report, districts))
