"""A terminal, or whatever takes its place: a pipe, a file, a narrow window, no colour, a voice."""

import io
import os
import shutil
import textwrap
from collections.abc import Callable, Sequence
from typing import Final, TextIO

MAX_WIDTH: Final = 100
MAX_INDENT: Final = 8
PIPE_WIDTH: Final = 80

_STYLES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
}

_ASCII: Final = str.maketrans(
    {"✓": "+", "✗": "x", "·": "-", "—": "-", "→": ">", "…": "...", "?": "?"}
    # What a timeline is made of; each is one character, so that columns stay columns.
    | {"┣": "[", "━": "=", "┫": "]", "┃": "I", "├": "|", "─": "-", "┤": "|", "│": "|", "┈": "."}
    | {"█": "#", "▌": "#", "‖": "H", "•": "o", "⊘": "/", "⊙": "@", "∞": "!", "▲": "^", "┬": "+"}
    | {"›": ">"}
)

_ASCII_LOCALES: Final = ("C", "POSIX")

PLAIN: Final = "CHECKER_PLAIN"
"""Set in the environment, this makes the screen plain: nothing is drawn, coloured or overwritten, and what
a sign says is said in words. It is for screen readers and Braille displays."""


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """`text` in rows of at most `width` characters: the first one begins with `first` and all others with
    `rest`. A word is broken only if it alone is wider than a row, and then behind a `/` if it has any."""
    wrapped = textwrap.wrap(
        text,
        max(width, 1),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    rows: list[str] = []
    for row in wrapped or [""]:
        while len(row) > width > len(rest) + 1:
            end = row.rfind("/", len(rest) + 1, width) + 1 or width
            rows.append(row[:end])
            row = rest + row[end:]
        rows.append(row)
    return rows


class Screen:
    """Writes lines to `stream`: in colour only to a terminal that wants it, and without characters
    that the stream's encoding lacks. A terminal is asked how many `columns` it has, unless they are
    given."""

    def __init__(self, stream: TextIO, columns: int | None = None) -> None:
        self._stream = stream
        self.is_terminal = stream.isatty()
        self.plain = bool(os.environ.get(PLAIN))
        """Whether nothing may be drawn: the reader is a voice, or a finger on a line of Braille."""
        is_dumb = os.environ.get("TERM") == "dumb"
        self.overwrites = self.is_terminal and not self.plain and not is_dumb
        """Whether a line can be replaced by another one."""
        self._colour = self.overwrites and not os.environ.get("NO_COLOR")
        encoding = (stream.encoding or "ascii").lower().replace("-", "")
        # Python speaks UTF-8 even where somebody has asked for no more than ASCII.
        self.unicode = encoding.startswith("utf") and os.environ.get("LC_ALL") not in _ASCII_LOCALES
        """Whether more than ASCII may be written."""
        self._progress_shown = False
        size = shutil.get_terminal_size((PIPE_WIDTH, 24))
        columns = size.columns if columns is None else columns
        self.width = min(columns, MAX_WIDTH) if self.is_terminal else PIPE_WIDTH
        """How many characters a line may have."""
        self.height = size.lines if self.is_terminal else None
        """How many lines are seen at a time; None where everything is."""

    def style(self, text: str, *styles: str) -> str:
        """`text` in these styles, if there is colour."""
        if not self._colour or not styles:
            return text
        return f"\x1b[{';'.join(_STYLES[style] for style in styles)}m{text}\x1b[0m"

    def line(self, text: str = "") -> None:
        if not self.unicode:
            text = text.translate(_ASCII)
            text = text.encode("ascii", "backslashreplace").decode()
        self._stream.write(text + "\n")

    def paragraph(self, text: str, indent: str = "", *styles: str, hanging: str = "") -> None:
        """Write `text` wrapped to the width; each of its lines is wrapped by itself. Rows after the
        first are indented by `hanging` more."""
        for row in text.splitlines() or [""]:
            margin = indent + " " * min(len(row) - len(row.lstrip()), MAX_INDENT)
            for wrapped in wrap(row.strip(), self.width, margin, margin + hanging):
                self.line(self.style(wrapped, *styles))

    def command(self, sentence: str, command: str, indent: str = "", *styles: str) -> None:
        """Write a sentence that ends in a command, for somebody to copy. Where it does not fit into a row,
        the command has rows of its own; from one to the next it goes on after a backslash, as a shell
        reads it."""
        if len(indent + sentence) <= self.width:
            self.line(indent + self.style(sentence, *styles))
            return
        if not sentence.endswith(command):  # Another language may want it elsewhere.
            self.paragraph(sentence, indent, *styles)
            return
        if before := sentence.removesuffix(command).rstrip():
            self.paragraph(before, indent, *styles)
        # A token that is longer than a row is left to the terminal: a shell would take it for two words.
        *rows, last = textwrap.wrap(
            command,
            max(1, self.width - len(indent) - 2),
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for row in rows:
            self.line(indent + self.style(f"{row} \\", *styles))
        self.line(indent + self.style(last, *styles))

    def code(self, text: str, indent: str = "", *styles: str) -> None:
        """Write a row of a program as it is, however long: a fold would change what Python reads, and
        what is copied."""
        self.line(self.style(f"{indent}{text}".rstrip(), *styles))

    def rows(self, draw: Callable[["Screen"], None]) -> Sequence[str]:
        """What `draw` would write to this screen, line by line; nothing is written."""
        stream, self._stream = self._stream, io.StringIO()
        try:
            draw(self)
            return self._stream.getvalue().splitlines()
        finally:
            self._stream = stream

    def progress(self, text: str) -> None:
        """Show how far something is, on a line that is overwritten; only on a terminal that can."""
        if self.overwrites:
            self.status(text)

    def status(self, text: str) -> None:
        """Show the state of things: in a terminal on a line that is overwritten, elsewhere on a line of
        its own."""
        if not self.overwrites:
            self.line(text)
            self._stream.flush()
            return
        if len(text) >= self.width:
            text = text[: self.width - 2] + "…"
        self._stream.write("\r\x1b[K" + text)
        self._stream.flush()
        self._progress_shown = True

    def clear_progress(self) -> None:
        if self._progress_shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._progress_shown = False
