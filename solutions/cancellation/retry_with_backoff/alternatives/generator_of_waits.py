"""A generator says how long each wait is, and when there are no more."""

from collections.abc import Iterator
from typing import Protocol

import anyio


class Office(Protocol):
    async def post(self, reading: int) -> int: ...


def waits(tries: int, pause: float, longest: float) -> Iterator[float]:
    for number in range(tries - 1):
        yield min(pause * 2**number, longest)


async def send(office: Office, reading: int, tries: int, pause: float, longest: float) -> int:
    for wait in waits(tries, pause, longest):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError):
            await anyio.sleep(wait)
    return await office.post(reading)
