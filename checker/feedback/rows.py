"""What a screen writes, as rows of a terminal, to be shown in part."""

import io
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from checker.feedback.terminal import Screen

__all__ = ["dimmed", "fold", "rows_of", "width"]

_STYLE: Final = re.compile(r"(\x1b\[[0-9;]*m)")
_PLAIN: Final = "\x1b[0m"


class _Memory(io.StringIO):
    """A terminal with this encoding, which remembers."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True


def rows_of(write: Callable[[Screen], object], columns: int, encoding: str) -> list[str]:
    """The rows that `write` fills on a screen of so many columns, none of them wider than that."""
    memory = _Memory(encoding)
    write(Screen(memory, columns))
    return [
        row for line in memory.getvalue().split("\n")[:-1] for row in fold(line, max(columns, 2))
    ]


def fold(line: str, columns: int) -> list[str]:
    """A line in as many rows of so many columns as it takes, each with the styles it has there. Wide
    characters have two columns, and those that are written above others have none."""
    if len(line) <= columns and line.isascii():
        return [line]
    rows, row, used, style = [], "", 0, ""
    for part in _STYLE.split(line):
        if _STYLE.fullmatch(part):
            style = "" if part == _PLAIN else style + part
            row += part
            continue
        for char in part:
            more = _width(char)
            if used + more > columns:
                rows.append(row + (_PLAIN if style else ""))
                row, used = style, 0
            row += char
            used += more
    return [*rows, row]


def dimmed(screen: Screen, row: str) -> str:
    """A row as `screen` shows what does not hold any more, without the styles that it had."""
    text = _STYLE.sub("", row)
    return screen.style(text, "dim") if text else ""


def width(row: str) -> int:
    """How many columns a row takes."""
    text = _STYLE.sub("", row)
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
