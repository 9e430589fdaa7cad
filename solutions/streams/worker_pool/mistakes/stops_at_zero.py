"""As many messages of the end as scanners, but parcel 0 is taken for one.

Caught by: it_closes, all_share, errors_come_out
"""

import math

import anyio


async def sort_parcels(belt, scan, scanners):
    bins = {}
    send, receive = anyio.create_memory_object_stream(math.inf)

    async def scanner():
        while parcel := await receive.receive():
            bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
        async for parcel in belt:
            await send.send(parcel)
        for _ in range(scanners):
            await send.send(None)
    return bins
