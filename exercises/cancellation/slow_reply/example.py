"""Plays `arrival` on the real clock: a courier that answers at once, and one that takes its time."""

import anyio
from exercise import arrival

from checker.example import play, say

SECONDS = {"a book": 0.5, "a sofa": 3.5}


class Courier:
    async def estimate(self, parcel: str) -> str:
        try:
            await anyio.sleep(SECONDS[parcel])
        except anyio.get_cancelled_exc_class():
            say(f"the courier need not look for {parcel} any more")
            raise
        say(f"the courier has found {parcel}, and charges 5 cents")
        return "tomorrow"


async def main() -> None:
    for parcel in SECONDS:
        say(f"the customer has a second of patience: when will {parcel} arrive?")
        say(f"the page says: {await arrival(Courier(), parcel, 1, 'in 3 to 5 days')}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
