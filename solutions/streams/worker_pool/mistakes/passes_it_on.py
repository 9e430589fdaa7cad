"""Whoever takes the `None` puts it back for the next one; the last one waits for somebody to take it.

Caught by: it_closes, all_share, errors_come_out
"""

import anyio


async def sort_parcels(belt, scan, scanners):
    bins = {}
    send, receive = anyio.create_memory_object_stream()

    async def scanner():
        while (parcel := await receive.receive()) is not None:
            bins[parcel] = await scan.label(parcel)
        await send.send(None)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
        async for parcel in belt:
            await send.send(parcel)
        await send.send(None)
    return bins
