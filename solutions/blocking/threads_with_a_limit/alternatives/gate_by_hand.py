"""A gate made by hand from events, and a task for each photo."""

import math
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import anyio
import anyio.lowlevel
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


class Gate:
    """Lets in so many at a time, in the order in which they came."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.queue: deque[anyio.Event] = deque()

    def leave(self) -> None:
        if self.queue:
            self.queue.popleft().set()
        else:
            self.places += 1

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[None]:
        await anyio.lowlevel.checkpoint()
        if self.places:
            self.places -= 1
        else:
            turn = anyio.Event()
            self.queue.append(turn)
            try:
                await turn.wait()
            except BaseException:
                if turn.is_set():
                    self.leave()
                else:
                    self.queue.remove(turn)
                raise
        try:
            yield
        finally:
            self.leave()


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    gate = Gate(limit)
    threads = anyio.CapacityLimiter(math.inf)
    photos = list(names)

    async def download(index: int) -> None:
        async with gate.inside():
            photos[index] = await anyio.to_thread.run_sync(
                archive.download, names[index], limiter=threads
            )

    try:
        async with anyio.create_task_group() as group:
            for index in range(len(names)):
                group.start_soon(download, index)
    except* OSError as errors:
        errors.add_note("the archive failed")
        raise
    return photos
