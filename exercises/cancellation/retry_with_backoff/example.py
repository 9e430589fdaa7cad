"""Plays `send` on the real clock: a link that is down for a while, and a reading that makes no sense."""

import anyio
from exercise import send

from checker.example import play, say


class Office:
    """Takes no more than six posts, so that the example comes to an end."""

    def __init__(self) -> None:
        self.posts = 0

    async def post(self, reading: int) -> int:
        self.posts += 1
        say(f"post {self.posts}: {reading} degrees")
        await anyio.sleep(0.2)
        if self.posts < 6 and reading > 100:
            raise ValueError(f"it cannot be {reading} degrees")
        if self.posts < 4:
            raise ConnectionError("the link is down")
        return 700 + self.posts


async def main() -> None:
    for reading in (21, 2100):
        say(f"send({reading}), with 5 tries and a pause of 0.3 s")
        try:
            say(f"it returns receipt {await send(Office(), reading, 5, 0.3, 10.0)}")
        except Exception as error:
            say(f"it raises {error!r}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
