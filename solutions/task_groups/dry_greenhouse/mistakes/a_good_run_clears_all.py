"""Forgets all failures after a run that lasted longer than the window, and none otherwise.

Caught by: started_again (sometimes), waits, gives_up (sometimes)
"""

import anyio


async def look_after(worker, pause, most, window):
    failures = 0
    while True:
        started = anyio.current_time()
        try:
            await worker.run()
        except Exception:
            if anyio.current_time() - started >= window:
                failures = 0
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
