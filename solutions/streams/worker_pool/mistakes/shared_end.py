"""The first scanner to hear of the end closes the stream for all, and one that still reads a label finds it closed.

Caught by: it_closes, all_share, errors_come_out
"""

import anyio


async def sort_parcels(belt, scan, scanners):
    bins = {}
    send, receive = anyio.create_memory_object_stream()

    async def scanner():
        async with receive:
            async for parcel in receive:
                bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
        async with send:
            async for parcel in belt:
                await send.send(parcel)
    return bins
