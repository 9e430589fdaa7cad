"""Raises an error of its own when it gives up.

Caught by: gives_up
"""

import anyio


async def look_after(worker, pause, most, window):
    failures = []
    while True:
        try:
            await worker.run()
        except Exception as error:
            now = anyio.current_time()
            failures = [then for then in failures if now - then < window] + [now]
            if len(failures) >= most:
                raise RuntimeError(f"it has failed {most} times") from error
        else:
            return
        await anyio.sleep(pause * 2 ** (len(failures) - 1))


async def keep_running(workers, pause, most, window):
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
