"""The website: what it does with a `Studio` from morning to evening."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from exercise import Studio


class Renderer(Protocol):
    async def render(self, picture: str) -> str: ...


async def render_one(renderer: Renderer, limit: int, picture: str) -> str:
    return await Studio(renderer, limit).render(picture)


async def after_failures(
    renderer: Renderer,
    limit: int,
    broken: Sequence[str],
    slow: str,
    more_broken: Sequence[str],
    good: Sequence[str],
) -> list[str]:
    """First come files that are no pictures; more of them beside a slow picture; then pictures."""
    studio = Studio(renderer, limit)

    async def fail(picture: str) -> None:
        try:
            await studio.render(picture)
        except* ValueError:
            pass

    await anyio.amap(fail, broken)
    async with anyio.create_task_group() as group:
        first = group.start_soon(studio.render, slow)
        await anyio.amap(fail, more_broken)
        rest = await anyio.amap(studio.render, good)
    return [first.return_value, *rest]


async def after_cancellations(
    renderer: Renderer, limit: int, slow: Sequence[str], patience: float, good: Sequence[str]
) -> list[str]:
    """First come people who do not wait until their picture is done, then people who do."""
    studio = Studio(renderer, limit)

    async def leave(picture: str) -> None:
        with anyio.move_on_after(patience):
            await studio.render(picture)

    await anyio.amap(leave, slow)
    return await anyio.amap(studio.render, good)


async def with_a_queue(
    renderer: Renderer,
    limit: int,
    slow: Sequence[str],
    impatient: Sequence[str],
    patience: float,
    good: Sequence[str],
) -> list[str]:
    """While the renderer is busy with slow pictures, some people leave the queue, others stay."""
    studio = Studio(renderer, limit)

    async def leave(picture: str) -> None:
        with anyio.move_on_after(patience):
            await studio.render(picture)

    async with anyio.create_task_group() as group:
        rendered = [group.start_soon(studio.render, picture) for picture in slow]
        await anyio.wait_all_tasks_blocked()
        for picture in impatient:
            group.start_soon(leave, picture)
        await anyio.wait_all_tasks_blocked()
        rendered += [group.start_soon(studio.render, picture) for picture in good]
    return [handle.return_value for handle in rendered]
