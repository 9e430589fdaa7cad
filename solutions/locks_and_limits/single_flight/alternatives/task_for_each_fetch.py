"""Whoever fetches does so in a task of a group of its own, and passes on what comes out."""

from typing import Protocol

import anyio


class Origin(Protocol):
    async def fetch(self, town: str) -> str: ...


class Fetch:
    def __init__(self) -> None:
        self.over = anyio.Event()
        self.came: list[str] = []
        self.failed: list[Exception] = []


class Cache:
    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.fetches: dict[str, Fetch] = {}

    async def get(self, town: str) -> str:
        while True:
            await anyio.lowlevel.checkpoint()
            fetch = self.fetches.get(town)
            if fetch is None:
                fetch = self.fetches[town] = Fetch()
                await self._lead(town, fetch)
            await fetch.over.wait()
            if fetch.came:
                return fetch.came[0]
            if fetch.failed:
                raise fetch.failed[0]

    async def _lead(self, town: str, fetch: Fetch) -> None:
        async def work() -> None:
            try:
                fetch.came.append(await self.origin.fetch(town))
            except Exception as error:
                fetch.failed.append(error)

        try:
            async with anyio.create_task_group() as group:  # noqa: ASYNC112
                group.start_soon(work)
        finally:
            if not fetch.came:
                del self.fetches[town]
            fetch.over.set()
