"""What an `example.py` is made with: prints with the time beside them, and a way to play it on a backend.

An example plays a learner's `exercise.py` in an ordinary Python process, on the real clock, with services
that only sleep and print: so one can feel what waits for what. There is no judge and no sandbox in it, and
so a debugger works as it does everywhere. `checker try` starts it, and so does `python exercise.py`.
"""

import argparse
import os
import runpy
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, TextIO

import anyio

from checker.translation import _

__all__ = ["play", "say"]

_BACKENDS: Final = ("asyncio", "trio")

_OPTIONS: Final = {
    # Anywhere else Ctrl-C could strike AnyIO as it leaves a cancel scope, which trio takes for a bug.
    "trio": {"restrict_keyboard_interrupt_to_checkpoints": True},
}

_INTERRUPTED: Final = 130

_began = time.perf_counter()


def say(text: str) -> None:
    """Print `text` behind the real seconds that have passed since the example began."""
    print(f"{time.perf_counter() - _began:5.1f} s  {text}", flush=True)


def play(main: Callable[[], Awaitable[None]]) -> None:
    """Run `main` on the backend that the command line asks for (`--backend trio`), or on asyncio. Ctrl-C
    ends it without a traceback; of every other error, what the learner wrote is shown."""
    sys.excepthook = _show_error
    warnings.showwarning = _show_warning
    if hasattr(signal, "SIGPIPE"):  # `checker try NAME | head` ends as any other program does.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    parser = argparse.ArgumentParser(description="Plays exercise.py on the real clock.")
    parser.add_argument("--backend", choices=_BACKENDS, default=_BACKENDS[0])
    backend = parser.parse_args().backend
    is_interrupted = False
    try:
        anyio.run(_timed, main, backend=backend, backend_options=_OPTIONS.get(backend))
    except* KeyboardInterrupt:  # On trio it may come out in a group.
        is_interrupted = True
    if is_interrupted:
        say("interrupted")
        sys.exit(_INTERRUPTED)


async def _timed(main: Callable[[], Awaitable[None]]) -> None:
    global _began
    _let_a_second_interrupt_end_it()
    _began = time.perf_counter()  # To import a backend takes a while, and is nobody's waiting.
    await main()


def _let_a_second_interrupt_end_it() -> None:
    """The first one is the backend's, and comes when a task awaits something: a loop that never does would go
    on for ever."""
    backends = signal.getsignal(signal.SIGINT)

    def end(number: int, frame: FrameType | None) -> None:
        try:
            say("interrupted")
        finally:  # It may strike in the middle of a print, which lets nobody else print.
            os._exit(_INTERRUPTED)

    def pass_on(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, end)
        if callable(backends):
            backends(number, frame)

    signal.signal(signal.SIGINT, pass_on)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning as Python does, but for what it says about tracemalloc, which leads nobody anywhere."""
    text = warnings.formatwarning(message, category, filename, lineno, line)
    print(text, end="", file=file or sys.stderr)


def _show_error(
    kind: type[BaseException], error: BaseException, frames: TracebackType | None
) -> None:
    """Show an error as Python does, with those frames alone that are in the learner's file: nobody can
    change the others."""
    folder = Path(os.path.realpath(sys.argv[0])).parent
    if isinstance(error, ImportError) and error.name == "exercise" and error.path is not None:
        told = _(
            "exercise.py lacks what the example plays ({error}); write it, or bring the starter back "
            "with `checker reset {name}`",
            error=error.msg.partition(" from ")[0],
            name=folder.name,
        )
        print(f"checker: {told}", file=sys.stderr)
        return
    shown = traceback.TracebackException(kind, error, frames, compact=True)
    _keep_frames(shown, str(folder / "exercise.py"))
    print("".join(shown.format()), end="", file=sys.stderr)


def _keep_frames(shown: traceback.TracebackException, file: str) -> None:
    """Take from an error, and from all that belong to it, the frames that are not in `file`."""
    shown.stack = traceback.StackSummary.from_list(
        [frame for frame in shown.stack if os.path.realpath(frame.filename) == file]
    )
    for other in (shown.__cause__, shown.__context__, *(shown.exceptions or ())):
        if other is not None:
            _keep_frames(other, file)


def _main() -> None:
    """Play the example at the path that is given, as `python PATH` would."""
    del sys.argv[0]
    sys.path.insert(0, str(Path(sys.argv[0]).parent))
    sys.excepthook = _show_error  # To import what the learner wrote may fail, too.
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    _main()
