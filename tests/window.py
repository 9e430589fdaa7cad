"""A window: the real program in a real pseudo-terminal, which is read as somebody reads it."""

import os
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[1]

LIMIT = 300.0
"""Real seconds after which what was waited for does not come any more."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "page down": "\x1b[6~",
    "end": "\x1b[F",
}


class Window:
    """A program in a terminal of its own. `raw` is all that it ever wrote there."""

    def __init__(
        self, *words: str, cwd: Path, columns: int = 80, lines: int = 24, **environment: str
    ) -> None:
        plain = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "COLUMNS", "LINES", "LANGUAGE", "LC_ALL")
        }
        self._process = pexpect.spawn(
            words[0],
            list(words[1:]),
            cwd=str(cwd),
            env={**plain, "TERM": "xterm", "LANG": "C.UTF-8", **environment},
            dimensions=(lines, columns),
            timeout=LIMIT,
        )
        # A key that is pressed is there at once.
        self._process.delaybeforesend = None
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._closed = False
        self.raw = b""
        self.modes = termios.tcgetattr(self._process.child_fd)
        """What the terminal was like before."""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, once it has ended; negative for a signal."""
        if self._process.exitstatus is not None:
            return self._process.exitstatus
        return None if self._process.signalstatus is None else -self._process.signalstatus

    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen.display]

    def text(self) -> str:
        return "\n".join(self.rows())

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what is there. Says whether more can come."""
        try:
            data = self._process.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def wait(self, happened: Callable[[], object], what: str = "what was waited for") -> None:
        limit = time.monotonic() + LIMIT
        while not happened():
            more = self.read()
            assert time.monotonic() < limit, f"{what} did not come:\n{self.text()}"
            if not more and not happened():
                raise AssertionError(f"it ended, and {what} did not come:\n{self.text()}")

    def wait_for(self, *texts: str) -> None:
        """Wait until all of these are to be seen at the same time."""
        self.wait(
            lambda: all(text in self.text() for text in texts), " and ".join(map(repr, texts))
        )

    def wait_without(self, text: str) -> None:
        self.wait(lambda: text not in self.text(), f"the end of {text!r}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self._process.send(KEYS.get(key, key))

    def resize(self, columns: int, lines: int) -> None:
        self._process.setwinsize(lines, columns)
        self.screen.resize(lines, columns)

    def signal(self, number: int) -> None:
        self._process.kill(number)

    def wait_for_end(self) -> int:
        """Wait until it has ended, and return its exit code."""
        limit = time.monotonic() + LIMIT
        while self.read():
            assert time.monotonic() < limit, f"it did not end:\n{self.text()}"
        self._process.wait()
        code = self.code
        assert code is not None
        return code

    def is_sane(self) -> bool:
        """Whether the terminal is what it was: lines, echo, the cursor, the usual screen."""
        return (
            termios.tcgetattr(self._process.child_fd) == self.modes
            and self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h")
            and self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l")
            and self.raw.rfind(b"\x1b[?7h") > self.raw.rfind(b"\x1b[?7l")
            and self.raw.rfind(b"\x1b[?2004l") > self.raw.rfind(b"\x1b[?2004h")
        )

    def hang_up(self) -> None:
        """Close the window with the program in it."""
        os.close(self._process.child_fd)
        self._closed = True

    def close(self) -> None:
        if self._closed:
            return
        self._process.close(force=True)


def children(pid: int) -> set[int]:
    """The processes that were started by this one, and by those, and so on; none where there is no
    `/proc`."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = path.read_text().partition(" (")
            parents[int(number)] = int(rest.rpartition(") ")[2].split()[1])
        except OSError:
            continue  # It has ended since.
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in {pid, *found}} - found:
        found |= more
    return found


def alive(pids: set[int]) -> set[int]:
    """Those of them that have not ended."""

    def runs(pid: int) -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[0]
        except OSError:
            return False
        return state not in "ZX"

    return {pid for pid in pids if runs(pid)}


def wait_until(happened: Callable[[], object], what: str) -> None:
    limit = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < limit, f"{what} did not come"
        time.sleep(0.02)


CHECKER = (sys.executable, "-m", "checker")
