"""Forgets no failure, and counts anew each time; who gives up leaves the exception to be raised outside the group."""

import logging
from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.abc import TaskGroup

log = logging.getLogger(__name__)


class Worker(Protocol):
    """Looks after one greenhouse."""

    async def run(self) -> None: ...


async def keep_running(workers: Sequence[Worker], pause: float, most: int, window: float) -> None:
    """Run all workers at the same time until their work is done."""
    gave_up: list[Exception] = []

    async def look_after(worker: Worker, group: TaskGroup) -> None:
        failures: list[float] = []
        while True:
            try:
                await worker.run()
            except Exception as error:
                now = anyio.current_time()
                failures.append(now)
                count = sum(now < then + window for then in failures)
                if count >= most:
                    gave_up.append(error)
                    group.cancel_scope.cancel()
                    return
                again = now + pause * 2 ** (count - 1)
            else:
                return
            await anyio.sleep_until(again)

    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, group)
    if len(gave_up) > 0:
        raise gave_up[0]
