"""Plays `translate` on the real clock: a story of two pages, and a longer one. The line holds two pages."""

import anyio
from exercise import translate

from checker.example import play, say


class Line:
    def __init__(self) -> None:
        self._send, self._receive = anyio.create_memory_object_stream[str](2)

    async def send(self, page: str) -> None:
        await anyio.sleep(0.2)
        await self._send.send(page.upper())
        say(f"the translator has written {page.upper()!r}")

    async def finish(self) -> None:
        self._send.close()
        say("the book is complete")

    async def receive(self) -> str:
        page = await self._receive.receive()
        say(f"the publisher has received {page!r}")
        return page

    def close(self) -> None:
        self._send.close()
        self._receive.close()


async def main() -> None:
    for pages in (
        ["il était", "une fois"],
        ["longtemps", "je me suis", "couché", "de bonne heure"],
    ):
        line = Line()
        with anyio.move_on_after(2) as patience:
            say(f"translate returns {await translate(line, pages)}")
        if patience.cancelled_caught:
            say("translate is still waiting, 2 s later; that would never end")
        line.close()


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
