"""A scanner that has had nothing to do for ten seconds goes home.

Caught by: it_closes, all_share
"""

import anyio


async def sort_parcels(belt, scan, scanners):
    bins = {}
    send, receive = anyio.create_memory_object_stream(1000)

    async def scanner():
        while True:
            parcel = None
            with anyio.move_on_after(10):
                parcel = await receive.receive()
            if parcel is None:
                return
            bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
        async for parcel in belt:
            await send.send(parcel)
    return bins
