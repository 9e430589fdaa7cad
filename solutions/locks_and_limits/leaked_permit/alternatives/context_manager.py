"""A context manager of its own over a limiter, with an extra checkpoint on the way in."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

import anyio
import anyio.lowlevel


class Renderer(Protocol):
    async def render(self, picture: str) -> str: ...


class Studio:
    def __init__(self, renderer: Renderer, limit: int) -> None:
        self._renderer = renderer
        self._limiter = anyio.CapacityLimiter(limit)

    @asynccontextmanager
    async def _permit(self) -> AsyncGenerator[None]:
        ticket = object()
        await self._limiter.acquire_on_behalf_of(ticket)
        try:
            yield
        finally:
            self._limiter.release_on_behalf_of(ticket)

    async def render(self, picture: str) -> str:
        async with self._permit():
            await anyio.lowlevel.checkpoint()
            return await self._renderer.render(picture)
