"""Takes connection 0 for none, and goes on.

Caught by: first_wins, one_by_one (sometimes), nothing_open (sometimes)
"""

import anyio


async def connect(network, addresses, delay):
    winner, errors = 0, []

    async def attempt(address, failed):
        nonlocal winner
        try:
            connection = await network.open(address)
        except OSError as error:
            errors.append(error)
            failed.set()
            return
        if not winner:
            winner = connection
            group.cancel_scope.cancel()
        else:
            with anyio.CancelScope(shield=True):
                await network.close(connection)

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = anyio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(delay):
                    await failed.wait()
    except BaseException:
        if winner:
            with anyio.CancelScope(shield=True):
                await network.close(winner)
        raise
    if not winner:
        raise ExceptionGroup("no address answers", errors)
    return winner
