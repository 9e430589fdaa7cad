"""Waits for the delay each time, even if the attempt has failed long before, and after the last one, too.

Caught by: one_by_one, all_errors, first_wins (sometimes)
"""

import anyio


async def connect(network, addresses, delay):
    opened, errors = [], []

    async def attempt(address):
        try:
            opened.append(await network.open(address))
            group.cancel_scope.cancel()
        except OSError as error:
            errors.append(error)

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                group.start_soon(attempt, address)
                await anyio.sleep(delay)
        if opened:
            return opened.pop()
    finally:
        with anyio.CancelScope(shield=True):
            for connection in opened:
                await network.close(connection)
    raise ExceptionGroup("no address answers", errors)
