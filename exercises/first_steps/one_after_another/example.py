"""Plays `look_up_all` on the real clock: offices of 5, 7 and 3 people, a quarter of a second for each."""

import anyio
from exercise import look_up_all

from checker.example import play, say

OFFICES = [
    ["Ada", "Alan", "Alonzo", "Annie", "Anita"],
    ["Barbara", "Bertrand", "Betty", "Bjarne", "Brian", "Barry", "Bob"],
    ["Carol", "Charles", "Claude"],
]


class Directory:
    async def look_up(self, name: str) -> int:
        say(f"{name}?")
        await anyio.sleep(0.25)
        return 100 * len(name) + ord(name[-1])


async def main() -> None:
    phone_book = await look_up_all(Directory(), OFFICES)
    say(f"look_up_all returns {len(phone_book)} numbers")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
