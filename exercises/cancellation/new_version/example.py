"""Plays `serve` on the real clock: a few uploads, and a supervisor that wants to stop after a second."""

from collections.abc import AsyncIterator

import anyio
from exercise import serve

from checker.example import play, say

SECONDS = {1: 0.3, 2: 1.5, 3: 9.0}


async def inbox() -> AsyncIterator[int]:
    for upload in SECONDS:
        await anyio.sleep(0.25)
        say(f"upload {upload} comes")
        yield upload
    await anyio.sleep_forever()


class Converter:
    async def convert(self, upload: int) -> None:
        await anyio.sleep(SECONDS[upload])
        say(f"upload {upload} is converted")


class Supervisor:
    async def asks_to_stop(self) -> None:
        await anyio.sleep(1)
        say("the supervisor asks to stop; 2 s are left")


async def main() -> None:
    with anyio.move_on_after(4.5) as patience:
        say(f"serve returns {await serve(inbox(), Converter(), Supervisor(), 2)}")
    if patience.cancelled_caught:
        say("serve still goes on, 4.5 s later")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
