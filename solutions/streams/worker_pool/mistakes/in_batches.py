"""Waits until there are as many parcels as scanners, and then for the slowest of them.

Caught by: all_share
"""

import anyio


async def sort_parcels(belt, scan, scanners):
    bins = {}

    async def scanner(parcel):
        bins[parcel] = await scan.label(parcel)

    async def empty(table):
        async with anyio.create_task_group() as group:
            for parcel in table:
                group.start_soon(scanner, parcel)

    table = []
    async for parcel in belt:
        table.append(parcel)
        if len(table) == scanners:
            await empty(table)
            table = []
    await empty(table)
    return bins
