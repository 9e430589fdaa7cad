"""Asks and shows one district after the other: each result is shown at once, and the night takes days.

Caught by: asked_at_once
"""



async def election_night(hotline, screen, districts):
    total = 0
    for district in districts:
        votes = await hotline.count(district)
        await screen.show(district, votes)
        total += votes
    return total
