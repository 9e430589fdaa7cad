"""Takes a cancellation for the end of the work.

Caught by: gives_way
"""

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
        await anyio.sleep(pause * 2 ** (len(failures) - 1))


async def keep_running(workers, pause, most, window):
    try:
        async with anyio.create_task_group() as group:
            for worker in workers:
                group.start_soon(look_after, worker, pause, most, window)
    except anyio.get_cancelled_exc_class():
        print("stopped")
