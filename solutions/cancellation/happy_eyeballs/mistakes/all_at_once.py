"""Begins all attempts at the same time, as if there were no delay.

Caught by: one_by_one
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
        if opened:
            return opened.pop()
    finally:
        with anyio.CancelScope(shield=True):
            for connection in opened:
                await network.close(connection)
    raise ExceptionGroup("no address answers", errors)
