"""Plays `bulletin` on the real clock: a quick editor and two slow ones, who have a second in all."""

import anyio
from exercise import bulletin

from checker.example import play, say


class Wire:
    async def report(self) -> str:
        await anyio.sleep(0.5)
        say("the report is there; the news is to be read in a second")
        return "Flod in Kaub"


class Editor:
    def __init__(self, name: str, seconds: float, wrong: str, right: str) -> None:
        self.name = name
        self.seconds = seconds
        self.wrong = wrong
        self.right = right

    async def edit(self, text: str) -> str:
        say(f"{self.name} has the text")
        try:
            await anyio.sleep(self.seconds)
        except anyio.get_cancelled_exc_class():
            say(f"{self.name} is told to stop")
            raise
        say(f"{self.name} is done")
        return text.replace(self.wrong, self.right)


async def main() -> None:
    editors = [
        Editor("the proof-reader", 0.6, "Flod", "Flood"),
        Editor("the fact-checker", 0.8, "Flood", "High water"),
        Editor("the linguist", 5.0, "Kaub", "Kowp"),
    ]
    say(f"the newsreader reads: {await bulletin(Wire(), editors, 1)}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
