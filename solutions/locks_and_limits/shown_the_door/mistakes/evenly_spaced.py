"""Lets one request through every so often, so that a guide that was idle waits all the same.

Caught by: never_too_late
"""

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.next = 0.0
        self.turn = anyio.Lock()

    async def get(self, place):
        async with self.turn:
            await anyio.sleep_until(self.next)
            self.next = anyio.current_time() + self.seconds / self.limit
        return await self.server.draw(place)
