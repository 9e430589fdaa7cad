"""Plays `look_up_all` on the real clock: twelve books, and a limit of three requests."""

import anyio
from exercise import look_up_all

from checker.example import play, say

LIMIT = 3


class Catalogue:
    def __init__(self) -> None:
        self.under_way = 0

    async def title(self, isbn: str) -> str:
        self.under_way += 1
        too_many = ": that looks like an attack" if self.under_way > LIMIT else ""
        say(f"{isbn} is asked for, {self.under_way} under way{too_many}")
        await anyio.sleep(0.8)
        self.under_way -= 1
        return f"The title of {isbn}"


async def main() -> None:
    isbns = [f"book {number}" for number in range(1, 13)]
    titles = await look_up_all(Catalogue(), isbns, LIMIT)
    say(f"look_up_all returns {len(titles)} titles")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
