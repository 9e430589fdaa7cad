"""Plays `sell_tickets` on the real clock: three customers, and a mail server that is slow."""

import anyio
from exercise import sell_tickets

from checker.example import play, say

SALES = [("ada@example.org", 1500), ("ben@example.org", 3000), ("cid@example.org", 1500)]


class CardReader:
    async def charge(self, customer: str, price: int) -> None:
        await anyio.sleep(0.8)
        say(f"{customer} has paid {price / 100:.2f}")


class Mail:
    async def deliver(self, customer: str, text: str) -> None:
        say(f"the receipt for {customer} is on its way")
        try:
            await anyio.sleep(1.2)
        except anyio.get_cancelled_exc_class():
            say(f"the receipt for {customer} is cut off")
            raise
        say(f"the receipt for {customer} is delivered")


async def main() -> None:
    total = await sell_tickets(CardReader(), Mail(), SALES)
    say(f"sell_tickets returns {total}, and the program ends")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
