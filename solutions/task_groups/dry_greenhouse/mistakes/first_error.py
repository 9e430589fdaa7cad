"""Raises the exception of the first failure that counts, and not that of the last.

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
            failures = [(then, old) for then, old in failures if now - then < window]
            failures.append((now, error))
            if len(failures) >= most:
                raise failures[0][1] from None
        else:
            return
        await anyio.sleep(pause * 2 ** (len(failures) - 1))


async def keep_running(workers, pause, most, window):
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
