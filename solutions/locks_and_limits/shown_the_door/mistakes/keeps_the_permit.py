"""Keeps the permit for the whole time, and the caller with it; one who gives up gives it back too early.

Caught by: never_too_many, never_too_late
"""

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.permits = anyio.Semaphore(limit)

    async def get(self, place):
        async with self.permits:
            sent = anyio.current_time()
            try:
                return await self.server.draw(place)
            finally:
                await anyio.sleep_until(sent + self.seconds)
