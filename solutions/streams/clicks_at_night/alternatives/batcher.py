"""A class with one clock, which an event wakes when there is a new batch or none any more."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Warehouse(Protocol):
    async def store(self, batch: list[str]) -> None: ...


class Batcher:
    def __init__(self, warehouse: Warehouse, group: anyio.abc.TaskGroup, most: int) -> None:
        self._warehouse, self._group, self._most = warehouse, group, most
        self._batch: list[str] = []
        self.changed = anyio.Event()
        self.began_at = float("inf")
        self.stored = 0

    def add(self, click: str) -> None:
        if not self._batch:
            self._look_again(anyio.current_time())
        self._batch.append(click)
        if len(self._batch) == self._most:
            self.flush()

    def flush(self) -> None:
        if self._batch:
            self._group.start_soon(self._warehouse.store, self._batch)
            self.stored += 1
            self._batch = []
            self._look_again(float("inf"))

    def _look_again(self, began_at: float) -> None:
        self.began_at = began_at
        self.changed.set()
        self.changed = anyio.Event()


async def forward(
    clicks: AsyncIterator[str], warehouse: Warehouse, most: int, patience: float
) -> int:
    async with anyio.create_task_group() as stores, anyio.create_task_group() as clock:
        batcher = Batcher(warehouse, stores, most)

        async def tick() -> None:
            while True:
                with anyio.CancelScope(deadline=batcher.began_at + patience):
                    await batcher.changed.wait()
                if anyio.current_time() >= batcher.began_at + patience:
                    batcher.flush()

        clock.start_soon(tick)
        async for click in clicks:
            batcher.add(click)
        batcher.flush()
        clock.cancel_scope.cancel()
    return batcher.stored
