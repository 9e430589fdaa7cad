"""Asks no more than eight mirrors at a time, for all calls together.

Caught by: first_answer, all_errors
"""

import anyio
from anyio.lowlevel import RunVar


_connections = RunVar("_connections")


def connections():
    try:
        return _connections.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(8)
        _connections.set(limiter)
        return limiter


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    levels = []
    errors = []

    async def ask(mirror):
        try:
            async with connections():
                level = await mirror.read(gauge)
        except Exception as error:
            errors.append(error)
        else:
            levels.append(level)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
    if levels:
        return levels[0]
    raise ExceptionGroup("no mirror has answered", errors)
