"""Keeps the bins in the module, so that each call returns those of the calls before as well.

Caught by: it_closes, all_share, errors_come_out
"""

import anyio

bins = {}


async def sort_parcels(belt, scan, scanners):
    send, receive = anyio.create_memory_object_stream()

    async def scanner():
        async for parcel in receive:
            bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
        async with send:
            async for parcel in belt:
                await send.send(parcel)
    return bins
