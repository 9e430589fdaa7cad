"""Returns at once, and has nothing scanned.

Caught by: it_closes, all_share, errors_come_out
"""


async def sort_parcels(belt, scan, scanners):
    return {}
