"""Takes the delay for a time limit: one attempt at a time, which is given up when the delay is over.

Caught by: one_by_one, first_wins, all_errors, nothing_open
"""

import anyio


async def connect(network, addresses, delay):
    errors = []
    for address in addresses:
        try:
            with anyio.fail_after(delay):
                return await network.open(address)
        except OSError as error:
            errors.append(error)
    raise ExceptionGroup("no address answers", errors)
