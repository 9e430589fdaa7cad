"""Plays `back_up` on the real clock: one picture is gone, and one finds the vault full."""

import anyio
from exercise import back_up

from checker.example import play, say

FAILURES = {
    "cake.jpg": FileNotFoundError("cake.jpg"),
    "dance.jpg": OSError("no space left for dance.jpg"),
}


class Vault:
    async def copy(self, file: str) -> None:
        await anyio.sleep(1.0)
        if file in FAILURES:
            say(f"the vault raises {FAILURES[file]!r}")
            raise FAILURES[file]
        say(f"{file} is copied")


async def main() -> None:
    try:
        is_complete = await back_up(Vault(), ["logo.png", ["bride.jpg", "cake.jpg", ["dance.jpg"]]])
    except Exception as error:
        say(f"back_up raises {error!r}")
    else:
        say(f"back_up returns {is_complete}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
