"""A task for each run, whose handle tells how it ended; `amap` looks after all workers."""

import functools
import logging
from collections.abc import Sequence
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


class Worker(Protocol):
    """Looks after one greenhouse."""

    async def run(self) -> None: ...


async def outcome(worker: Worker) -> BaseException | None:
    """Run a worker once, and return what it raised, or `None`."""
    try:
        async with anyio.create_task_group() as group:
            handle = group.start_soon(worker.run)
    except* Exception as failed:
        log.warning("it has failed: %r", failed.exceptions)
    return handle.exception


async def look_after(worker: Worker, *, pause: float, most: int, window: float) -> None:
    """Run one worker until its work is done."""
    times: list[float] = []
    while (error := await outcome(worker)) is not None:
        now = anyio.current_time()
        times = [time for time in times if now - time < window]
        times.append(now)
        if len(times) == most:
            raise error
        wait = pause
        for _ in times[1:]:
            wait *= 2
        await anyio.sleep(wait)


async def keep_running(workers: Sequence[Worker], pause: float, most: int, window: float) -> None:
    """Run all workers at the same time until their work is done."""
    await anyio.amap(functools.partial(look_after, pause=pause, most=most, window=window), workers)
