"""Waits with asyncio for the first of its tasks: on trio there are none.

Caught by: one_by_one (trio), first_wins, all_errors (trio), nothing_open
"""

import asyncio


async def connect(network, addresses, delay):
    waiting, errors, left = set(), [], list(addresses)
    latest = None
    try:
        while left or waiting:
            if left and (latest is None or latest.done() or latest in waiting):
                latest = asyncio.ensure_future(network.open(left.pop(0)))
                waiting.add(latest)
                due = asyncio.get_running_loop().time() + delay
            while waiting:
                rest = max(0, due - asyncio.get_running_loop().time()) if left else None
                done, waiting = await asyncio.wait(
                    waiting, timeout=rest, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    if task.exception() is None:
                        return task.result()
                    errors.append(task.exception())
                if left and (not done or latest in done):
                    break
        raise ExceptionGroup("no address answers", errors)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
