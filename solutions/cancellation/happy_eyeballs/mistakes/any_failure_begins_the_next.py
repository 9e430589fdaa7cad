"""Has one event for all attempts, so that one of long ago which fails begins another.

Caught by: one_by_one
"""

import anyio


async def connect(network, addresses, delay):
    opened, errors = [], []
    failed = anyio.Event()

    async def attempt(address):
        nonlocal failed
        try:
            opened.append(await network.open(address))
            group.cancel_scope.cancel()
        except OSError as error:
            errors.append(error)
            failed.set()
            failed = anyio.Event()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                group.start_soon(attempt, address)
                with anyio.move_on_after(delay):
                    await failed.wait()
        if opened:
            return opened.pop()
    finally:
        with anyio.CancelScope(shield=True):
            for connection in opened:
                await network.close(connection)
    raise ExceptionGroup("no address answers", errors)
