"""Catches everything, and raises at once what is not to be tried again: cancellations first of all."""

from dataclasses import dataclass
from typing import Protocol

import anyio


class Office(Protocol):
    async def post(self, reading: int) -> int: ...


@dataclass
class Patience:
    """How often, and how long, somebody may still wait."""

    tries: int
    pause: float
    longest: float

    def is_worth_it(self, error: BaseException) -> bool:
        if isinstance(error, anyio.get_cancelled_exc_class()):
            return False
        self.tries -= 1
        return self.tries > 0 and isinstance(error, ConnectionError | TimeoutError)

    async def wait(self) -> None:
        await anyio.sleep_until(anyio.current_time() + min(self.pause, self.longest))
        self.pause += self.pause


async def send(office: Office, reading: int, tries: int, pause: float, longest: float) -> int:
    patience = Patience(tries, pause, longest)
    while True:
        try:
            return await office.post(reading)
        except BaseException as error:  # noqa: ASYNC103
            if not patience.is_worth_it(error):
                raise
        await patience.wait()
