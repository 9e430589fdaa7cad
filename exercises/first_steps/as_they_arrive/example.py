"""Plays `election_night` on the real clock: a village, a town and the capital."""

import anyio
from exercise import election_night

from checker.example import play, say

COUNTS = {"capital": (51_200, 3.0), "village": (140, 0.5), "town": (8_300, 1.5)}


class Hotline:
    async def count(self, district: str) -> int:
        votes, seconds = COUNTS[district]
        await anyio.sleep(seconds)
        say(f"the {district} has counted")
        return votes


class Screen:
    async def show(self, district: str, votes: int) -> None:
        await anyio.sleep(0.3)
        say(f"                          on the screen: {district} {votes}")


async def main() -> None:
    say(f"election_night returns {await election_night(Hotline(), Screen(), list(COUNTS))}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
