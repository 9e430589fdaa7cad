"""Notes that a worker has failed, and leaves it at that.

Caught by: started_again, gives_up, gives_way (sometimes)
"""

import anyio


async def look_after(worker, pause, most, window):
    try:
        await worker.run()
    except Exception as error:
        print("it has failed:", error)


async def keep_running(workers, pause, most, window):
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
