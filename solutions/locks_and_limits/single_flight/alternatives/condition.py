"""One condition for all, a set of the towns that are under way, and what came of each fetch by its number."""

from typing import Protocol

import anyio


class Origin(Protocol):
    async def fetch(self, town: str) -> str: ...


class Cache:
    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.kept: dict[str, str] = {}
        self.under_way: dict[str, list[Exception]] = {}
        self.news = anyio.Condition()

    async def get(self, town: str) -> str:
        async with self.news:
            while True:
                if town in self.kept:
                    return self.kept[town]
                if town not in self.under_way:
                    break
                errors = self.under_way[town]
                while self.under_way.get(town) is errors:
                    await self.news.wait()
                if errors:
                    raise errors[0]
            errors = self.under_way[town] = []
        try:
            self.kept[town] = await self.origin.fetch(town)
        except Exception as error:
            errors.append(error)
            raise
        finally:
            with anyio.CancelScope(shield=True):
                async with self.news:
                    del self.under_way[town]
                    self.news.notify_all()
        return self.kept[town]
