"""Counts all failures of a worker, however old they are.

Caught by: started_again, waits, gives_up
"""

import anyio


async def look_after(worker, pause, most, window):
    failures = 0
    while True:
        try:
            await worker.run()
        except Exception:
            failures += 1
            if failures >= most:
                raise
        else:
            return
        await anyio.sleep(pause * 2 ** (failures - 1))


async def keep_running(workers, pause, most, window):
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
