"""Plays a `Cache` on the real clock: three visitors ask for Oslo, and later one more."""

import anyio
from exercise import Cache

from checker.example import play, say


class Origin:
    async def fetch(self, town: str) -> str:
        say(f"somebody fetches {town}, for a cent")
        await anyio.sleep(1)
        return f"rain in {town}"


async def visit(cache: Cache, visitor: str) -> None:
    say(f"{visitor} reads: {await cache.get('Oslo')}")


async def main() -> None:
    cache = Cache(Origin())
    async with anyio.create_task_group() as group:
        for visitor in ("Ada", "Ben", "Cleo"):
            group.start_soon(visit, cache, visitor)
    await visit(cache, "Dora")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
