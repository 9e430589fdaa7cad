"""Plays `try_out` on the real clock: a database that is ready soon, and a shop that takes its time."""

import anyio
from exercise import try_out

from checker.example import play, say


class Program:
    def __init__(self, name: str, seconds: float) -> None:
        self._name = name
        self._seconds = seconds
        self._lines = iter(["starting", "ready"])
        self.is_ready = False

    def __aiter__(self) -> "Program":
        return self

    async def __anext__(self) -> str:
        line = next(self._lines, None)
        try:
            if line is None:
                await anyio.sleep_forever()
                raise StopAsyncIteration
            await anyio.sleep(0.0 if line == "starting" else self._seconds)
        except anyio.get_cancelled_exc_class():
            say(f"the {self._name} is stopped")
            raise
        self.is_ready = line == "ready"
        say(f"the {self._name}: {line}")
        return line


class Suite:
    def __init__(self, shop: Program) -> None:
        self._shop = shop

    async def run(self) -> int:
        answer = "answers" if self._shop.is_ready else "refuses the connection"
        say(f"    the tests begin, and the shop {answer}")
        await anyio.sleep(0.8)
        say("    the tests are over")
        return 0 if answer == "answers" else 12


async def main() -> None:
    database, shop = Program("database", 0.3), Program("shop", 1.6)
    say(f"try_out returns {await try_out([database, shop], Suite(shop))}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
