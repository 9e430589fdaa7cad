"""Returns from inside the group's block, which is left only when all attempts have ended.

Caught by: first_wins, nothing_open
"""

import anyio


async def connect(network, addresses, delay):
    opened, errors = [], []

    async with anyio.create_task_group() as group:
        for number, address in enumerate(addresses):
            over = anyio.Event()

            async def attempt(address=address, over=over):
                try:
                    opened.append(await network.open(address))
                except OSError as error:
                    errors.append(error)
                    over.set()

            group.start_soon(attempt)
            with anyio.move_on_after(delay):
                await over.wait()
            if opened:
                return opened[0]
    if opened:
        return opened[0]
    raise ExceptionGroup("no address answers", errors)
