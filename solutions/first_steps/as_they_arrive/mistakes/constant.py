"""Asks nobody.

Caught by: shown_at_once, shown_together, asked_at_once, sum_of_all
"""



async def election_night(hotline, screen, districts):
    for district in districts:
        await screen.show(district, 0)
    return 0
