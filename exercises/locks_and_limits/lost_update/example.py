"""Plays `deposit_all` on the real clock: 10 and 20 for Ada, and 5 for Ben."""

import anyio
from exercise import deposit_all

from checker.example import play, say


class Account:
    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.balance = 0

    async def read(self) -> int:
        await anyio.sleep(0.8)
        say(f"{self.owner}'s account: somebody reads {self.balance}")
        return self.balance

    async def write(self, balance: int) -> None:
        await anyio.sleep(0.8)
        say(f"{self.owner}'s account: somebody writes {balance}")
        self.balance = balance


async def main() -> None:
    ada, ben = Account("Ada"), Account("Ben")
    await deposit_all([ada, ben], [(0, 10), (0, 20), (1, 5)])
    say(f"deposit_all returns: Ada has {ada.balance} of 30, and Ben has {ben.balance} of 5")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
