"""Raises errors that look alike only once.

Caught by: all_errors
"""

import anyio
import anyio.lowlevel

async def race(network, addresses, delay, got, errors):
    async def attempt(address, failed):
        try:
            number = await network.open(address)
        except OSError as error:
            errors.append(error)
            failed.set()
        else:
            got.append(number)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for address in addresses:
            await anyio.lowlevel.checkpoint_if_cancelled()
            failed = anyio.Event()
            group.start_soon(attempt, address, failed)
            with anyio.move_on_after(delay):
                await failed.wait()


async def connect(network, addresses, delay):
    got, errors = [], []
    keep = 0
    try:
        await race(network, addresses, delay, got, errors)
        keep = 1
    finally:
        for number in got[keep:]:
            with anyio.CancelScope(shield=True):
                await network.close(number)
    if got:
        return got[0]
    raise ExceptionGroup("no address answers", list({repr(e): e for e in errors}.values()))
