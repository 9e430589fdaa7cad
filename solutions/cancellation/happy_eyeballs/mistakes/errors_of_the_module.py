"""Keeps the errors in the module, where those of another call are, too.

Caught by: one_by_one, first_wins, all_errors
"""

import anyio

errors = []


async def connect(network, addresses, delay):
    opened = []

    async def attempt(address, failed):
        try:
            opened.append(await network.open(address))
            group.cancel_scope.cancel()
        except OSError as error:
            errors.append(error)
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
    raise ExceptionGroup("no address answers", errors)
