"""Calls leave a wish and wait; an ordinary function settles all that can be settled."""

from collections import deque

import anyio
import anyio.lowlevel


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: deque[int] = deque()
        self._puts: deque[tuple[int, anyio.Future[None]]] = deque()
        self._takes: deque[anyio.Future[int]] = deque()

    def _settle(self) -> None:
        while True:
            if self._puts and len(self._samples) < self._room:
                sample, put = self._puts.popleft()
                self._samples.append(sample)
                put.return_value = None
            elif self._takes and self._samples:
                self._takes.popleft().return_value = self._samples.popleft()
            else:
                return

    async def put(self, sample: int) -> None:
        """Put a sample in, as soon as there is room for it."""
        await anyio.lowlevel.checkpoint_if_cancelled()
        done: anyio.Future[None] = anyio.Future()
        self._puts.append((sample, done))
        self._settle()
        try:
            await done.wait()
        except anyio.get_cancelled_exc_class():
            if (sample, done) in self._puts:
                self._puts.remove((sample, done))
                raise
            # Too late: it is in.

    async def take(self) -> int:
        """Take a sample out, as soon as there is one, and return it."""
        await anyio.lowlevel.checkpoint_if_cancelled()
        done: anyio.Future[int] = anyio.Future()
        self._takes.append(done)
        self._settle()
        try:
            await done.wait()
        except anyio.get_cancelled_exc_class():
            if done in self._takes:
                self._takes.remove(done)
                raise
            # Too late: it is out, and must not get lost.
        return done.return_value
