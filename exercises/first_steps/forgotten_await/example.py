"""Plays `sign_up` on the real clock: Ada joins, and should get a mail."""

import anyio
from exercise import sign_up

from checker.example import play, say


class Members:
    async def add(self, name: str, address: str) -> int:
        await anyio.sleep(1)
        say(f"the list of members has {name} as number 7")
        return 7


class Mailer:
    async def send(self, address: str, text: str) -> None:
        say(f"a mail to {address} is on its way: {text}")
        await anyio.sleep(1.5)
        say("the mail server has taken it")


async def main() -> None:
    say("Ada joins")
    number = await sign_up(Members(), Mailer(), "Ada", "ada@example.org")
    say(f"sign_up returns {number}")
    await anyio.sleep(1)
    say("a second later, the program ends")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
