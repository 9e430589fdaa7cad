"""Keep the workers of a nursery running, one for each greenhouse."""

import logging
from collections.abc import Sequence
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


class Worker(Protocol):
    """Looks after one greenhouse."""

    async def run(self) -> None: ...


async def look_after(worker: Worker, pause: float, most: int, window: float) -> None:
    """Run one worker until its work is done."""
    failures: list[float] = []  # When those came that count.
    while True:
        try:
            await worker.run()
        except Exception as error:
            now = anyio.current_time()
            failures = [then for then in failures if now - then < window] + [now]
            if len(failures) >= most:
                raise
            log.warning("it has failed, and is started again: %r", error)
        else:
            return
        await anyio.sleep(pause * 2 ** (len(failures) - 1))


async def keep_running(workers: Sequence[Worker], pause: float, most: int, window: float) -> None:
    """Run all workers at the same time until their work is done."""
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, pause, most, window)
