"""Plays `transfer_all` on the real clock: Ada pays Ben 30, and Ben pays Ada 20."""

import anyio
from exercise import transfer_all

from checker.example import play, say


class Account:
    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.balance = 100

    async def read(self) -> int:
        await anyio.sleep(0.4)
        say(f"{self.owner}'s account: somebody reads {self.balance}")
        return self.balance

    async def write(self, balance: int) -> None:
        await anyio.sleep(0.4)
        say(f"{self.owner}'s account: somebody writes {balance}")
        self.balance = balance


async def main() -> None:
    ada, ben = Account("Ada"), Account("Ben")
    with anyio.move_on_after(4) as patience:
        await transfer_all([ada, ben], [(0, 1, 30), (1, 0, 20)])
        say(f"transfer_all returns: Ada has {ada.balance} of 90, and Ben {ben.balance} of 110")
    if patience.cancelled_caught:
        say("nothing moves any more; the program would stand there for ever")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
