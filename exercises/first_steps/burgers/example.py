"""Plays `lunch` on the real clock: three customers, one cashier and two cooks."""

import anyio
from exercise import lunch

from checker.example import play, say

CUSTOMERS = ["Ann", "Bob", "Cleo"]


class Diner:
    def __init__(self) -> None:
        self._cooks = anyio.Semaphore(2)
        self._numbers: dict[str, int] = {}

    async def take_order(self, customer: str) -> int:
        await anyio.sleep(0.3)
        self._numbers[customer] = len(self._numbers)
        say(f"{customer} has ordered")
        return self._numbers[customer]

    async def cook(self, number: int) -> str:
        async with self._cooks:
            await anyio.sleep(1.0)
        return f"burger {number}"

    async def hand_over(self, number: int, burger: str) -> None:
        await anyio.sleep(0.1)
        say(f"              {CUSTOMERS[number]} gets {burger}")


async def main() -> None:
    await lunch(Diner(), CUSTOMERS)
    say("everybody has been served")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
