"""Goes on whatever comes, cancellations too."""

# For: leaked_permit
# Sees: deadlock
# Sees: without any time passing

import contextlib

import anyio


class Studio:
    def __init__(self, renderer, limit):
        self._renderer = renderer

    async def render(self, picture):
        with contextlib.suppress(BaseException):
            return await self._renderer.render(picture)
        while True:
            with contextlib.suppress(BaseException):
                await anyio.sleep_forever()
