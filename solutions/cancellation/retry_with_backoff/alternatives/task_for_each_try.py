"""A task for each try: what fails is in an exception group, and `except*` takes out what may pass."""

from typing import Protocol

import anyio


class Office(Protocol):
    async def post(self, reading: int) -> int: ...


async def send(office: Office, reading: int, tries: int, pause: float, longest: float) -> int:
    for left in range(tries - 1, -1, -1):
        receipts: list[int] = []

        async def try_it(receipts: list[int] = receipts) -> None:
            receipts.append(await office.post(reading))

        try:
            async with anyio.create_task_group() as group:  # noqa: ASYNC112
                group.start_soon(try_it)
        except* (ConnectionError, TimeoutError):
            if not left:
                raise
        if receipts:
            return receipts[0]
        await anyio.sleep(min(pause, longest))
        pause *= 2
    raise ValueError("there is no reading that is never tried")
