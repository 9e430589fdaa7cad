"""Plays `save_photos` on the real clock: a phone with two photos."""

from typing import Any, Self

import anyio
from exercise import save_photos

from checker.example import play, say


class Connection:
    def __init__(self, name: str) -> None:
        self._name = name
        self._is_open = False

    async def __aenter__(self) -> Self:
        await anyio.sleep(0.3)
        say(f"the {self._name} is open")
        self._is_open = True
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        self._is_open = False
        await anyio.sleep(0.3)
        say(f"the {self._name} is closed")

    async def answer(self, seconds: float) -> None:
        await anyio.sleep(seconds)
        if not self._is_open:
            raise anyio.ClosedResourceError(f"the {self._name} is closed")


class Phone(Connection):
    async def names(self) -> list[str]:
        await self.answer(0.3)
        return ["beach", "cat"]

    async def photo(self, name: str) -> str:
        await self.answer(0.6)
        say(f"the photo of the {name} is there")
        return f"a {name}"


class Album(Connection):
    async def store(self, name: str, photo: str) -> int:
        await self.answer(0.5)
        say(f"{photo} is in the album")
        return len(photo)


async def main() -> None:
    try:
        pages = await save_photos(Phone("phone"), Album("album"))
    except BaseExceptionGroup as errors:
        say(f"save_photos fails: {errors.exceptions[0]!r}")
    else:
        say(f"save_photos returns {pages}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
