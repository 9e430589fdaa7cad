"""Plays `publish` on the real clock: three files, of which the server refuses one."""

import anyio
from exercise import publish

from checker.example import play, say

SECONDS = {"app.zip": 1.5, "setup.exe": 1.0, "manual.pdf": 2.5}


class Server:
    async def upload(self, file: str) -> None:
        say(f"{file} is under way")
        try:
            await anyio.sleep(SECONDS[file])
        except anyio.get_cancelled_exc_class():
            say(f"{file} is cancelled")
            raise
        if file == "setup.exe":
            say(f"{file} is refused")
            raise ConnectionError(f"the server refuses {file}")
        say(f"{file} is there")

    async def announce(self, version: str) -> None:
        await anyio.sleep(0.5)
        say(f"to all the world: version {version} is out!")


async def main() -> None:
    try:
        await publish(Server(), "2.0", list(SECONDS))
    except* ConnectionError as errors:
        say(f"publish raises {errors.exceptions[0]!r}")
    else:
        say("publish returns")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
