"""Takes a count of 0 for one that is still missing.

Caught by: shown_at_once, shown_together, asked_at_once, sum_of_all
"""

import anyio


async def election_night(hotline, screen, districts):
    async def report(district):
        if votes := await hotline.count(district):
            await screen.show(district, votes)
        return votes

    return sum(await anyio.amap(report, districts))
