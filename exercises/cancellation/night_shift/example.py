"""Plays `move` on the real clock: five objects at half a second a call, and cancelled after two seconds."""

import anyio
from exercise import move

from checker.example import play, say


class Database:
    def __init__(self) -> None:
        self.calls = 0

    async def serve(self, what: str) -> None:
        self.calls += 1
        try:
            await anyio.sleep(0.5)
        except anyio.get_cancelled_exc_class():
            say(f"{what} is cancelled")
            raise
        if self.calls == 2:
            say(f"{what} fails")
            raise ConnectionError("connection lost")
        say(what)


class OldDatabase(Database):
    async def read(self, number: int) -> str:
        await self.serve(f"read({number})")
        return f"object {number}"


class NewDatabase(Database):
    async def write(self, record: str) -> int:
        await self.serve(f"write({record!r})")
        return self.calls


async def main() -> None:
    with anyio.move_on_after(2) as night:
        receipts = await move(OldDatabase(), NewDatabase(), [1, 2, 3, 4, 5])
        say(f"move returns {receipts}")
    if night.cancelled_caught:
        say("move was cancelled")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
