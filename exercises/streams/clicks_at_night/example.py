"""Plays `forward` on the real clock: a few clicks, of which the last ones come late."""

from collections.abc import AsyncIterator

import anyio
from exercise import forward

from checker.example import play, say

CLICKS = {"coat": 0.2, "socks": 0.1, "hat": 0.1, "scarf": 0.3, "gloves": 0.2, "shoes": 2.0}


async def clicks() -> AsyncIterator[str]:
    for click, seconds in CLICKS.items():
        await anyio.sleep(seconds)
        say(f"somebody clicks on {click}")
        yield click
    await anyio.sleep(0.5)
    say("the shop closes")


class Warehouse:
    async def store(self, batch: list[str]) -> None:
        say(f"storing {', '.join(batch)}")
        await anyio.sleep(0.2)


async def main() -> None:
    say(f"forward returns {await forward(clicks(), Warehouse(), 3, 0.6)}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
