"""Cancels the scanners when the belt has ended, whatever they are at.

Caught by: it_closes, all_share, errors_come_out
"""

import anyio


async def sort_parcels(belt, scan, scanners):
    bins = {}
    send, receive = anyio.create_memory_object_stream()

    async def scanner():
        async for parcel in receive:
            bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
        async for parcel in belt:
            await send.send(parcel)
        group.cancel_scope.cancel()
    return bins
