"""A terminal, or whatever takes its place: a pipe, a file, a narrow window, no colour."""

import os
import shutil
import textwrap
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


class Screen:
    """Writes lines to `stream`: in colour only to a terminal that wants it, and without characters
    that the stream's encoding lacks. A terminal is asked how many `columns` it has, unless they are
    given."""

    def __init__(self, stream: TextIO, columns: int | None = None) -> None:
        self._stream = stream
        self.is_terminal = stream.isatty()
        self._colour = (
            self.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        )
        encoding = (stream.encoding or "ascii").lower().replace("-", "")
        self.unicode = encoding.startswith("utf")
        """Whether more than ASCII can be written."""
        self._progress_shown = False
        if columns is None:
            columns = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
        self.width = min(columns, MAX_WIDTH) if self.is_terminal else PIPE_WIDTH
        """How many characters a line may have."""

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
            for wrapped in textwrap.wrap(
                row.strip(),
                self.width,
                initial_indent=margin,
                subsequent_indent=margin + hanging,
                break_on_hyphens=False,
            ) or [""]:
                self.line(self.style(wrapped, *styles))

    def progress(self, text: str) -> None:
        """Show how far something is, on a line that is overwritten; only on a terminal."""
        if self.is_terminal:
            self.status(text)

    def status(self, text: str) -> None:
        """Show the state of things: in a terminal on a line that is overwritten, elsewhere on a line of
        its own."""
        if not self.is_terminal:
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
