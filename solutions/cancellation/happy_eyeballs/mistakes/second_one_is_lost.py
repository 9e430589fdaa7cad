"""Keeps the first connection, and forgets another one that comes at the same instant.

Caught by: first_wins, nothing_open
"""

import anyio


async def connect(network, addresses, delay):
    winner, errors = None, []

    async def attempt(address, failed):
        nonlocal winner
        try:
            connection = await network.open(address)
        except OSError as error:
            errors.append(error)
            failed.set()
            return
        if winner is None:
            winner = connection
            group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = anyio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(delay):
                    await failed.wait()
    except BaseException:
        if winner is not None:
            with anyio.CancelScope(shield=True):
                await network.close(winner)
        raise
    if winner is None:
        raise ExceptionGroup("no address answers", errors)
    return winner
