"""The newsroom has ten telephones.

Caught by: asked_at_once
"""

import anyio


async def election_night(hotline, screen, districts):
    telephones = anyio.CapacityLimiter(10)

    async def report(district):
        async with telephones:
            votes = await hotline.count(district)
        await screen.show(district, votes)
        return votes

    return sum(await anyio.amap(report, districts))
