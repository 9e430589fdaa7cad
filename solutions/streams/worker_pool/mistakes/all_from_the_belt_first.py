"""Takes everything from the belt before the first scan begins.

Caught by: all_share
"""

import anyio


async def sort_parcels(belt, scan, scanners):
    parcels = [parcel async for parcel in belt]
    bins = {}

    async def scanner():
        while parcels:
            parcel = parcels.pop(0)
            bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
    return bins
