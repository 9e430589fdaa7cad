"""Logs the first line of what an exception says, and some say nothing.

Caught by: started_again, gives_up
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
                raise
            print("it has failed:", str(error).splitlines()[0])
        else:
            return
        await anyio.sleep(pause * 2 ** (len(failures) - 1))


async def keep_running(workers, pause, most, window):
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
