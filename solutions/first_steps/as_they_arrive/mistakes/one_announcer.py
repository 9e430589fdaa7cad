"""Takes the counts as they come, and shows one at a time.

Caught by: shown_together
"""

import anyio


async def election_night(hotline, screen, districts):
    async def count(district):
        return district, await hotline.count(district)

    total = 0
    if districts:
        async with anyio.as_completed(*map(count, districts)) as handles:
            async for handle in handles:
                district, votes = handle.return_value
                await screen.show(district, votes)
                total += votes
    return total
