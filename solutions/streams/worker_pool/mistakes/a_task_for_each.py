"""A task for each parcel, and no limit: there are never enough scanners.

Caught by: all_share
"""

import anyio


async def sort_parcels(belt, scan, scanners):
    bins = {}

    async def scanner(parcel):
        bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        async for parcel in belt:
            group.start_soon(scanner, parcel)
    return bins
