"""Whoever makes a change carries out what others wait for: a sample goes straight from hand to hand."""

from collections import deque

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: deque[int] = deque()
        self._robots: dict[anyio.Event, int] = {}
        self._analysers: deque[anyio.Event] = deque()

    def _move(self) -> None:
        """Let those go on who can."""
        while self._robots and len(self._samples) < self._room:
            robot = next(iter(self._robots))
            self._samples.append(self._robots.pop(robot))
            robot.set()
        for analyser in list(self._analysers)[: len(self._samples)]:
            analyser.set()

    async def put(self, sample: int) -> None:
        arrival = anyio.Event()
        self._robots[arrival] = sample
        self._move()
        try:
            await arrival.wait()
        finally:
            self._robots.pop(arrival, None)

    async def take(self) -> int:
        turn = anyio.Event()
        self._analysers.append(turn)
        self._move()
        try:
            await turn.wait()
            sample = self._samples.popleft()
        finally:
            self._analysers.remove(turn)
            self._move()
        return sample
