"""Counts anew when a stretch is over that began with the first request: at its edge there may be twice as many.

Caught by: never_too_many
"""

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.begun = None
        self.count = 0
        self.turn = anyio.Lock()

    async def get(self, place):
        async with self.turn:
            if self.begun is None or anyio.current_time() >= self.begun + self.seconds:
                self.begun, self.count = anyio.current_time(), 0
            if self.count == self.limit:
                await anyio.sleep_until(self.begun + self.seconds)
                self.begun, self.count = anyio.current_time(), 0
            self.count += 1
        return await self.server.draw(place)
