"""A queue of asyncio's, which is joined: on trio there is none. An error in a scanner is never heard of.

Caught by: it_closes (trio), all_share (trio), errors_come_out
"""

import asyncio


async def sort_parcels(belt, scan, scanners):
    bins = {}
    queue = asyncio.Queue()

    async def scanner():
        while True:
            parcel = await queue.get()
            bins[parcel] = await scan.label(parcel)
            queue.task_done()

    tasks = [asyncio.create_task(scanner()) for _ in range(scanners)]
    async for parcel in belt:
        queue.put_nowait(parcel)
    await queue.join()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return bins
