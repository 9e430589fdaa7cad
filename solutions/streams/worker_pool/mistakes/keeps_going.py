"""A scanner goes on after an error, and nobody hears of it.

Caught by: errors_come_out
"""

import anyio


async def sort_parcels(belt, scan, scanners):
    bins = {}
    send, receive = anyio.create_memory_object_stream()

    async def scanner():
        async for parcel in receive:
            try:
                bins[parcel] = await scan.label(parcel)
            except Exception:
                continue

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
        async with send:
            async for parcel in belt:
                await send.send(parcel)
    return bins
