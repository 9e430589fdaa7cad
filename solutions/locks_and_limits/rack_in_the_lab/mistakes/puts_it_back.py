"""A take() that is cancelled puts back what it was handed, though the rack may have been filled since.

Caught by: nobody_waits_in_vain, cancelled_put
"""

from collections import deque
from dataclasses import dataclass, field

import anyio


@dataclass(eq=False)
class _Taker:
    called: anyio.Event = field(default_factory=anyio.Event)
    sample: int = 0


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: deque[int] = deque()
        self._putters: deque[anyio.Event] = deque()
        self._takers: deque[_Taker] = deque()

    def _call_putter(self) -> None:
        if self._putters:
            self._putters.popleft().set()

    async def put(self, sample: int) -> None:
        """Put a sample in, as soon as there is room for it."""
        while len(self._samples) >= self._room:
            called = anyio.Event()
            self._putters.append(called)
            try:
                await called.wait()
            except BaseException:
                if called.is_set():
                    self._call_putter()
                else:
                    self._putters.remove(called)
                raise
        if self._takers:  # The rack is empty: from hand to hand.
            taker = self._takers.popleft()
            taker.sample = sample
            taker.called.set()
        else:
            self._samples.append(sample)

    async def take(self) -> int:
        """Take a sample out, as soon as there is one, and return it."""
        if self._samples:
            sample = self._samples.popleft()
            self._call_putter()
            return sample
        taker = _Taker()
        self._takers.append(taker)
        try:
            await taker.called.wait()
        except BaseException:
            if not taker.called.is_set():
                self._takers.remove(taker)
            elif self._takers:
                other = self._takers.popleft()
                other.sample = taker.sample
                other.called.set()
            else:
                self._samples.appendleft(taker.sample)
            raise
        return taker.sample
