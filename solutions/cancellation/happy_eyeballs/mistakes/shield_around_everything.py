"""Shields not only the close, but everything, so that nobody can cancel it.

Caught by: nothing_open
"""

import anyio


async def connect(network, addresses, delay):
    opened, errors = [], []

    async def attempt(address, failed):
        try:
            opened.append(await network.open(address))
            group.cancel_scope.cancel()
        except OSError as error:
            errors.append(error)
            failed.set()

    with anyio.CancelScope(shield=True):
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = anyio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(delay):
                    await failed.wait()
        for connection in opened[1:]:
            await network.close(connection)
    if opened:
        return opened[0]
    raise ExceptionGroup("no address answers", errors)
