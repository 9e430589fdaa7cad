"""Read a gauge at whichever mirror answers first."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Mirror(Protocol):
    async def read(self, gauge: str) -> int: ...


async def water_level(mirrors: Sequence[Mirror], gauge: str) -> int:
    """Return the level in centimetres, as one of the mirrors knows it."""
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    levels: list[int] = []
    errors: list[Exception] = []

    async def ask(mirror: Mirror) -> None:
        try:
            levels.append(await mirror.read(gauge))
        except Exception as error:
            errors.append(error)

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
    if levels:
        return levels[0]
    raise errors[-1]


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
