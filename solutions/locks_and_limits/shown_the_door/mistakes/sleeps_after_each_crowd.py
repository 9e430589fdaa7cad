"""Sleeps for a whole stretch when the limit is reached, and not only for what is left of it.

Caught by: never_too_late
"""

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.count = 0
        self.turn = anyio.Lock()

    async def get(self, place):
        async with self.turn:
            if self.count == self.limit:
                await anyio.sleep(self.seconds)
                self.count = 0
            self.count += 1
        return await self.server.draw(place)
