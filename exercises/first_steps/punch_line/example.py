"""Plays `subtitles` on the real clock: a question that takes a while, and an answer that does not."""

import anyio
from exercise import subtitles

from checker.example import play, say

SCENE = {
    "Waiter, what is this fly doing in my soup?": (
        "Herr Ober, was tut die Fliege in meiner Suppe?",
        2,
    ),
    "The backstroke, Sir.": ("Rückenschwimmen, mein Herr.", 1),
}


class Translator:
    async def translate(self, line: str) -> str:
        say(f"to be translated: {line}")
        translation, seconds = SCENE[line]
        await anyio.sleep(seconds)
        say(f"translated: {translation}")
        return translation


async def main() -> None:
    for line in await subtitles(Translator(), list(SCENE)):
        say(f"on the screen: {line}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
