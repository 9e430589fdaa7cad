"""What an `example.py` is made with: prints with the time beside them, and a way to play it on a backend.

An example plays a learner's `exercise.py` in an ordinary Python process, on the real clock, with services
that only sleep and print: so one can feel what waits for what. There is no judge and no sandbox in it, and
so a debugger works as it does everywhere. `checker try` starts it, and so does `python exercise.py`.
"""

import argparse
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Final

import anyio

__all__ = ["play", "say"]

_BACKENDS: Final = ("asyncio", "trio")

_INTERRUPTED: Final = 130

_began = time.perf_counter()


def say(text: str) -> None:
    """Print `text` behind the real seconds that have passed since the example began."""
    print(f"{time.perf_counter() - _began:5.1f} s  {text}", flush=True)


def play(main: Callable[[], Awaitable[None]]) -> None:
    """Run `main` on the backend that the command line asks for (`--backend trio`), or on asyncio. Ctrl-C
    ends it without a traceback; every other error is shown as Python shows it."""
    parser = argparse.ArgumentParser(description="Plays exercise.py on the real clock.")
    parser.add_argument("--backend", choices=_BACKENDS, default=_BACKENDS[0])
    backend = parser.parse_args().backend
    is_interrupted = False
    try:
        anyio.run(_timed, main, backend=backend)
    except* KeyboardInterrupt:  # On trio it may come out in a group.
        is_interrupted = True
    if is_interrupted:
        say("interrupted")
        sys.exit(_INTERRUPTED)


async def _timed(main: Callable[[], Awaitable[None]]) -> None:
    global _began
    _began = time.perf_counter()  # To import a backend takes a while, and is nobody's waiting.
    await main()
