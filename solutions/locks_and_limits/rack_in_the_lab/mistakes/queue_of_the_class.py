"""The queue of the analysers belongs to the class: a robot may wake one that waits at another rack.

Caught by: nobody_waits_in_vain
"""

from collections import deque

import anyio


class Rack:
    """Holds at most `room` samples."""

    _takers: deque[anyio.Event] = deque()

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: deque[int] = deque()
        self._putters: deque[anyio.Event] = deque()

    async def _sleep(self, queue: deque[anyio.Event]) -> None:
        event = anyio.Event()
        queue.append(event)
        try:
            await event.wait()
        except BaseException:
            if event.is_set():
                self._wake(queue)
            else:
                queue.remove(event)
            raise

    def _wake(self, queue: deque[anyio.Event]) -> None:
        if queue:
            queue.popleft().set()

    async def put(self, sample: int) -> None:
        """Put a sample in, as soon as there is room for it."""
        while len(self._samples) == self._room:
            await self._sleep(self._putters)
        self._samples.append(sample)
        self._wake(self._takers)

    async def take(self) -> int:
        """Take a sample out, as soon as there is one, and return it."""
        while not self._samples:
            await self._sleep(self._takers)
        sample = self._samples.popleft()
        self._wake(self._putters)
        return sample
