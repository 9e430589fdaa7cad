"""Calls itself with one try less, and twice the pause. It does not sleep where there is nothing to wait for."""

from typing import Protocol

import anyio


class Office(Protocol):
    async def post(self, reading: int) -> int: ...


async def send(office: Office, reading: int, tries: int, pause: float, longest: float) -> int:
    try:
        return await office.post(reading)
    except (ConnectionError, TimeoutError):
        if tries <= 1:
            raise
    if wait := min(pause, longest):
        await anyio.sleep(wait)
    return await send(office, reading, tries - 1, pause * 2, longest)
