"""Waits with the sleep of asyncio, which trio does not know.

Caught by: started_again (trio), gives_up (trio), gives_way (sometimes)
"""

import asyncio

import anyio


async def look_after(worker, pause, most, window):
    failures = []
    while True:
        try:
            await worker.run()
        except Exception:
            now = anyio.current_time()
            failures = [then for then in failures if now - then < window] + [now]
            if len(failures) >= most:
                raise
        else:
            return
        await asyncio.sleep(pause * 2 ** (len(failures) - 1))


async def keep_running(workers, pause, most, window):
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
