"""An object for each worker, with a deque of the failures that count; it catches all but a cancellation."""

import logging
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


class Worker(Protocol):
    """Looks after one greenhouse."""

    async def run(self) -> None: ...


class Keeper:
    """Keeps one worker running."""

    def __init__(self, worker: Worker, pause: float, most: int, window: float) -> None:
        self._worker = worker
        self._pause = pause
        self._most = most
        self._window = window
        self._failures: deque[float] = deque()

    def _failed(self, error: BaseException) -> float:
        """Return how long to wait, or raise the error if this was one failure too many."""
        now = anyio.current_time()
        while self._failures and now - self._failures[0] >= self._window:
            self._failures.popleft()
        self._failures.append(now)
        if len(self._failures) >= self._most:
            raise error
        return self._pause * (1 << (len(self._failures) - 1))

    async def keep(self) -> None:
        while True:
            try:
                await self._worker.run()
            except anyio.get_cancelled_exc_class():
                raise
            except BaseException as error:
                log.warning("it has failed: %r", error)
                wait = self._failed(error)
            else:
                return
            await anyio.sleep(wait)


async def keep_running(workers: Sequence[Worker], pause: float, most: int, window: float) -> None:
    """Run all workers at the same time until their work is done."""
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(Keeper(worker, pause, most, window).keep)
