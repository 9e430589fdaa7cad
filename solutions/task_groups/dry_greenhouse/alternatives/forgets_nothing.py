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
        log_of_failures: list[float] = []
        done = False
        while not done:
            failure: list[Exception] = []
            try:
                await worker.run()
                done = True
            except Exception as error:
                failure.append(error)
            if done:
                break
            now = anyio.current_time()
            count = 1
            for then in log_of_failures:
                if now < then + window:
                    count = count + 1
            log_of_failures.append(now)
            if count >= most:
                gave_up.append(failure[0])
                group.cancel_scope.cancel()
                return
            waits = [pause, pause * 2, pause * 4, pause * 8, pause * 16]
            await anyio.sleep_until(now + waits[count - 1])

    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(look_after, worker, group)
    if len(gave_up) > 0:
        raise gave_up[0]
