"""The keyboard of a terminal: each key as it is pressed, and the terminal as it was afterwards."""

import codecs
import contextlib
import os
import re
import termios
from collections.abc import Callable, Iterator
from typing import Any, Final

import anyio

from checker.feedback.rows import width

ESCAPE_SECONDS: Final = 0.05
"""Real seconds after which an escape that nothing follows is the key of that name, and no beginning
of another key's sequence."""

MAX_SEQUENCE: Final = 32
"""Characters of a sequence; what is longer is none, but noise."""

_ESCAPE: Final = "\x1b"
_PASTE_BEGINS: Final = "\x1b[200~"
_PASTE_ENDS: Final = "\x1b[201~"

# The alternate screen keeps what stood in the terminal before. In bracketed paste a terminal says what
# was pasted, and what was typed. Lines are folded here, so the terminal is asked not to.
_ENTER: Final = "\x1b[?1049h\x1b[?2004h\x1b[?7l\x1b[?25l"
_LEAVE: Final = "\x1b[?25h\x1b[?7h\x1b[?2004l\x1b[?1049l"

_NAMES: Final = {
    "\r": "enter",
    "\n": "enter",
    "\t": "tab",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1bOC": "right",
    "\x1bOD": "left",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\x1bOH": "home",
    "\x1bOF": "end",
    "\x1b[1~": "home",
    "\x1b[4~": "end",
    "\x1b[7~": "home",
    "\x1b[8~": "end",
    "\x1bOM": "enter",
}
_SEQUENCE: Final = re.compile(
    r"""
      \x1b \[ [\x30-\x3f]* [\x20-\x2f]* [\x40-\x7e]   # CSI
    | \x1b O [\x20-\x7e]                              # SS3
    | \x1b [^\[O\x1b]                                 # a key with Alt
    """,
    re.VERBOSE,
)


class Decoder:
    """Makes keys of what a terminal sends, in whatever pieces that comes.

    A key is a character, or a name such as `page up`. Keys that have neither, keys with Alt, and
    whatever was pasted are left out.
    """

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._pasting = False

    @property
    def waits(self) -> bool:
        """Whether it has the beginning of a sequence, of which more may be on its way."""
        return bool(self._rest) and not self._pasting

    def feed(self, data: bytes) -> list[str]:
        """The keys that are whole now."""
        self._rest += self._utf8.decode(data)
        keys = []
        while self._rest:
            if self._pasting:
                pasted, end, after = self._rest.partition(_PASTE_ENDS)
                if not end:
                    # Its end may have come in part.
                    self._rest = pasted[-len(_PASTE_ENDS) :]
                    break
                self._rest, self._pasting = after, False
                continue
            if self._rest[0] != _ESCAPE:
                char, self._rest = self._rest[0], self._rest[1:]
                if char in _NAMES or char.isprintable():
                    keys.append(_NAMES.get(char, char))
                continue
            found = _SEQUENCE.match(self._rest)
            if found is None:
                if self._rest[1:2] == _ESCAPE or len(self._rest) > MAX_SEQUENCE:
                    keys.append("escape")
                    self._rest = self._rest[1:]
                    continue
                break
            self._rest = self._rest[found.end() :]
            if found[0] == _PASTE_BEGINS:
                self._pasting = True
            elif found[0] in _NAMES:
                keys.append(_NAMES[found[0]])
        return keys

    def give_up(self) -> list[str]:
        """The keys in what it has, now that nothing more has come of it."""
        if not self.waits:
            return []
        begun, self._rest = self._rest, ""
        return ["escape"] if begun == _ESCAPE else []


class Terminal:
    """The terminal behind two descriptors, each of which `isatty`. While it is `open`, keys come one
    by one, and whatever is drawn is drawn on a screen of its own."""

    def __init__(self, keyboard: int, screen: int) -> None:
        self._keyboard = keyboard
        self._screen = screen
        self._before: list[Any] | None = None

    @property
    def size(self) -> os.terminal_size:
        """Its columns and lines; 80 and 24 where it does not know them."""
        try:
            size = os.get_terminal_size(self._screen)
        except OSError:
            size = os.terminal_size((0, 0))
        return size if size.columns and size.lines else os.terminal_size((80, 24))

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Open it, and close it whatever happens."""
        self.open()
        try:
            yield
        finally:
            self.close()

    def open(self) -> None:
        # Ctrl-C, Ctrl-Z and Ctrl-\ stay signals; Ctrl-S stops nothing.
        with contextlib.suppress(termios.error):
            self._before = termios.tcgetattr(self._keyboard)
            raw = termios.tcgetattr(self._keyboard)
            raw[0] &= ~(termios.IXON | termios.ICRNL)
            raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
            raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._keyboard, termios.TCSANOW, raw)
        self.write(_ENTER)

    def close(self) -> None:
        """Make it what it was."""
        self.write(_LEAVE)
        if self._before is not None:
            # Not drained first: a terminal that has stopped listening would keep this waiting.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._keyboard, termios.TCSANOW, self._before)
            self._before = None

    def draw(self, rows: list[str]) -> None:
        """Put these rows on the screen, from its top, in place of whatever stands there."""
        # Nothing is cleared before it is written over, so nothing flickers. To clear what is to the
        # right of a full row would clear its end.
        columns = self.size.columns
        text = "\r\n".join(row if width(row) >= columns else f"{row}\x1b[K" for row in rows)
        self.write(f"\x1b[H{text}\x1b[J")

    def write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        with contextlib.suppress(OSError):  # A terminal that has gone says so where keys are read.
            os.set_blocking(self._screen, True)
            while data:
                data = data[os.write(self._screen, data) :]

    async def read_keys(self, press: Callable[[str], object]) -> None:
        """Call `press` with each key. Returns when the terminal has gone."""
        decoder = Decoder()
        while True:
            with anyio.move_on_after(ESCAPE_SECONDS if decoder.waits else None) as patience:
                await anyio.wait_readable(self._keyboard)
            if patience.cancelled_caught:
                keys = decoder.give_up()
            else:
                try:
                    data = os.read(self._keyboard, 1024)
                except OSError:
                    data = b""
                if not data:
                    return
                keys = decoder.feed(data)
            for key in keys:
                press(key)
