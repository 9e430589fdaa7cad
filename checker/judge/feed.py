"""A service that many exercises need: something that hands out one item after the other."""

from collections.abc import Generator, Sequence
from typing import Any, ClassVar

from checker.judge.service import Service


class Feed(Service):
    """Hands out its items to an `async for`, one after the other, each after a time of its own, and then ends.

    One task may wait for the next item at a time; another one that asks meanwhile hears `Feed.BUSY`. If a wait
    is broken off, its item is gone."""

    BUSY: ClassVar[Exception] = RuntimeError("somebody waits for the next item already")
    """What is raised where somebody asks for an item while another one waits for it."""

    ends_if_left: ClassVar[bool] = False
    """Whether it ends for good where a wait is broken off or an error is raised, as an asynchronous generator
    does."""

    def __init__(self, items: Sequence[Any], gaps: Sequence[float]) -> None:
        """An exception among the `items` is raised in its place. The `gaps` are the virtual seconds for which
        one waits for each item, and at last for the end; the last of them holds for all that are left."""
        self.items = items
        self.gaps = gaps
        self.asked = 0
        self._is_awaited = False
        self._has_ended = False

    def __anext__(self) -> Generator[float, None, Any]:
        if self._is_awaited:
            raise self.BUSY
        if self._has_ended:
            raise StopAsyncIteration
        number, self.asked = self.asked, self.asked + 1
        self._is_awaited, self._has_ended = True, self.ends_if_left
        try:
            yield self.gaps[min(number, len(self.gaps) - 1)]
        finally:
            self._is_awaited = False
        if number >= len(self.items):
            self._has_ended = True
            raise StopAsyncIteration
        item = self.items[number]
        if isinstance(item, Exception):
            raise item
        self._has_ended = False
        return item
