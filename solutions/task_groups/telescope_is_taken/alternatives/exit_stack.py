"""A class that keeps what it has entered in a stack, and leaves it with what came out of the block."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol

import anyio


class Telescope(Protocol):
    async def book(self) -> int: ...
    async def renew(self, number: int) -> None: ...


async def keep_renewing(telescope: Telescope, number: int, every: float) -> None:
    while True:
        await anyio.sleep(every)
        await telescope.renew(number)


class Booking:
    def __init__(self, telescope: Telescope, every: float) -> None:
        self._telescope = telescope
        self._every = every

    async def __aenter__(self) -> int:
        async with AsyncExitStack() as stack:
            group = await stack.enter_async_context(anyio.create_task_group())
            number = await self._telescope.book()
            group.start_soon(keep_renewing, self._telescope, number, self._every)
            stack.callback(group.cancel_scope.cancel)
            # From here on, nothing can fail: what was entered stays open until the block is over.
            self._stack = stack.pop_all()
        return number

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await self._stack.__aexit__(kind, error, traceback)  # noqa: ASYNC102


booked = Booking
