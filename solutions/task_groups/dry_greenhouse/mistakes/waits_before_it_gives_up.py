"""Waits once more before it gives up.

Caught by: gives_up
"""

import anyio


async def look_after(worker, pause, most, window):
    failures = []
    while True:
        try:
            await worker.run()
            return
        except Exception:
            now = anyio.current_time()
            failures = [then for then in failures if now - then < window] + [now]
            await anyio.sleep(pause * 2 ** (len(failures) - 1))
            if len(failures) >= most:
                raise


async def keep_running(workers, pause, most, window):
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
