"""Raises the error of the last attempt, and keeps the others to itself.

Caught by: all_errors
"""

import anyio


async def connect(network, addresses, delay):
    opened, last = [], None

    async def attempt(address, failed):
        nonlocal last
        try:
            opened.append(await network.open(address))
            group.cancel_scope.cancel()
        except OSError as error:
            last = error
            failed.set()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = anyio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(delay):
                    await failed.wait()
        if opened:
            return opened.pop()
    finally:
        with anyio.CancelScope(shield=True):
            for connection in opened:
                await network.close(connection)
    raise last
