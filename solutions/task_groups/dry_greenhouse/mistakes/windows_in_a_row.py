"""Begins a new count when the window of the first failure is over, and loses those that came late in it.

Caught by: waits, gives_up (sometimes)
"""

import anyio


async def look_after(worker, pause, most, window):
    began, failures = float("-inf"), 0
    while True:
        try:
            await worker.run()
        except Exception:
            now = anyio.current_time()
            if now - began >= window:
                began, failures = now, 0
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
