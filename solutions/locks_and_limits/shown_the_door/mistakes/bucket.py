"""A bucket that fills up slowly: what flows in while it is being emptied comes on top of the limit.

Caught by: never_too_many, never_too_late (sometimes)
"""

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.tokens = limit
        self.filled = None
        self.turn = anyio.Lock()

    async def get(self, place):
        async with self.turn:
            now = anyio.current_time()
            if self.filled is not None:
                self.tokens += (now - self.filled) * self.limit / self.seconds
                self.tokens = min(self.tokens, self.limit)
            self.filled = now
            if self.tokens < 1:
                missing = (1 - self.tokens) * self.seconds / self.limit
                await anyio.sleep(missing)
                self.tokens, self.filled = 1, anyio.current_time()
            self.tokens -= 1
        return await self.server.draw(place)
