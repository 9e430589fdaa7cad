"""Gives up as it should, but the waits never become shorter again.

Caught by: waits
"""

import anyio


async def look_after(worker, pause, most, window):
    failures, tries = [], 0
    while True:
        try:
            await worker.run()
        except Exception:
            tries += 1
            now = anyio.current_time()
            failures = [then for then in failures if now - then < window] + [now]
            if len(failures) >= most:
                raise
        else:
            return
        await anyio.sleep(pause * 2 ** (tries - 1))


async def keep_running(workers, pause, most, window):
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
