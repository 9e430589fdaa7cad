"""A rack between those who put samples in and those who take them out."""

from collections import deque

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: deque[int] = deque()
        self._changed = anyio.Condition()

    async def put(self, sample: int) -> None:
        """Put a sample in, as soon as there is room for it."""
        async with self._changed:
            if len(self._samples) == self._room:
                await self._changed.wait()
            self._samples.append(sample)
            self._changed.notify()

    async def take(self) -> int:
        """Take a sample out, as soon as there is one, and return it."""
        async with self._changed:
            if not self._samples:
                await self._changed.wait()
            sample = self._samples.popleft()
            self._changed.notify()
            return sample


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
