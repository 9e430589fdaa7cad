"""Plays `compare` on the real clock: a kettle in three shops, one of which does not have it."""

import anyio
from exercise import compare

from checker.example import play, say


class Shop:
    def __init__(self, name: str, seconds: float, cents: int | None) -> None:
        self.name = name
        self.seconds = seconds
        self.cents = cents

    async def find(self, article: str) -> int | None:
        await anyio.sleep(self.seconds)
        if self.cents is None:
            say(f"{self.name} has no {article}")
            return None
        return 7

    async def price(self, number: int) -> int:
        await anyio.sleep(self.seconds)
        assert self.cents is not None
        say(f"{self.name} asks {self.cents} cents")
        return self.cents


async def main() -> None:
    shops = [
        Shop("the corner shop", 1.5, 2995),
        Shop("the market", 0.5, 2450),
        Shop("the bakery", 1.0, None),
    ]
    prices = await compare(shops, "kettle")
    say(f"compare returns {prices}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
