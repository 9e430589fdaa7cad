"""Plays `revise` on the real clock: a page is edited, and the browser is closed after a second."""

import anyio
from exercise import revise

from checker.example import play, say


class Wiki:
    async def lock(self, title: str) -> None:
        await anyio.sleep(0.5)
        say(f"{title} is locked")

    async def edit(self, title: str) -> str:
        try:
            await anyio.sleep(3)
        except anyio.get_cancelled_exc_class():
            say("the edit is cancelled")
            raise
        return "new text"

    async def unlock(self, title: str) -> None:
        say("unlock is called")
        try:
            await anyio.sleep(1)
        except anyio.get_cancelled_exc_class():
            say("unlock is cancelled")
            raise
        say(f"{title} is free")


async def main() -> None:
    with anyio.move_on_after(1) as visit:
        say(f"revise returns {await revise(Wiki(), 'Lunch menu')!r}")
    if visit.cancelled_caught:
        say("revise was cancelled")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
