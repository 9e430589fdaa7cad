"""Plays `gate` on the real clock: an airline that is slow, and one that has lost its database."""

import anyio
from exercise import gate

from checker.example import play, say


class Airline:
    async def ask(self, flight: str) -> str:
        if flight == "TL 7":
            await anyio.sleep(0.5)
            say("the airline: TimeoutError, my database does not answer")
            raise TimeoutError("the database does not answer")
        try:
            await anyio.sleep(5)
        except anyio.get_cancelled_exc_class():
            say("the airline need not answer any more")
            raise
        return "C 3"


class Plan:
    async def look_up(self, flight: str) -> str:
        await anyio.sleep(0.3)
        return "A 1"


async def main() -> None:
    for flight in ("XK 42", "TL 7"):
        say(f"from which gate does {flight} leave? The airline has 1 s to answer")
        try:
            say(f"the board shows {await gate(Airline(), Plan(), flight, 1)}")
        except* TimeoutError:
            say("the board shows nothing, and calls a human being")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
