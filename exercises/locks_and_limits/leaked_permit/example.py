"""Plays a `Studio` with one place on the real clock: first a file that is no picture, then one that is."""

import anyio
from exercise import Studio

from checker.example import play, say


class Renderer:
    async def render(self, picture: str) -> str:
        say(f"the renderer works on {picture}")
        await anyio.sleep(1)
        if picture.endswith(".txt"):
            raise ValueError(f"{picture} is no picture")
        return f"a postcard of {picture}"


async def main() -> None:
    studio = Studio(Renderer(), 1)
    for picture in ("notes.txt", "beach.png"):
        say(f"somebody sends {picture}")
        with anyio.move_on_after(3) as patience:
            try:
                say(f"and gets {await studio.render(picture)}")
            except ValueError as error:
                say(f"and hears of an error: {error}")
        if patience.cancelled_caught:
            say("and is still waiting, 3 s later; that would never end")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
