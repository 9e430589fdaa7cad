"""Plays a `Hub` on the real clock: one task opens the printer's session, and another one closes it."""

from typing import Any

import anyio
from exercise import Hub

from checker.example import play, say


class Printer:
    async def __aenter__(self) -> "Printer":
        await anyio.sleep(0.5)
        self._scope = anyio.CancelScope()  # As a task group has one.
        self._scope.__enter__()
        say("the line to the printer is open")
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        self._scope.__exit__(None, None, None)
        await anyio.sleep(0.5)
        say("the line to the printer is closed")

    async def ask(self, question: str) -> str:
        await anyio.sleep(0.3)
        return f"the printer says yes to {question!r}"


async def main() -> None:
    hub = Hub({"printer": Printer()})
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(hub.run)
            await anyio.sleep(0.1)
            async with anyio.create_task_group() as user:
                user.start_soon(hub.open, "printer")
            say(await hub.ask("printer", "paper?"))
            async with anyio.create_task_group() as user:
                user.start_soon(hub.close, "printer")
            await hub.stop()
        say("the hub has stopped")
    except* RuntimeError as errors:
        while isinstance(error := errors.exceptions[0], BaseExceptionGroup):
            errors = error
        say(f"RuntimeError: {str(error).partition(': attempted')[0]}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
