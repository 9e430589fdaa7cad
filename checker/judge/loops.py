"""Which loop a program was in when its time was up.

The program was stopped at some line of the loop, or of something that the loop calls: which one is
chance, and a verdict must not depend on chance. The line on which the loop begins is always the same.
The source is read as text, by its indentation: it is a stranger's, and need not even be Python.
"""

from collections.abc import Sequence

_HEADERS = ("while ", "while(", "for ", "async for ")
_SCOPES = ("def ", "async def ", "class ", "lambda ")


def endless_loop(source: bytes, lines: Sequence[int]) -> int | None:
    """The first line of the loop that most likely never ended, for the `lines` of the learner's
    frames, innermost first: of the outermost frame that is in a `while` loop, or else in any loop.
    Without one, the line of the outermost frame. A line that the source does not have is forged."""
    # As bytes: a text has other ends of lines than Python.
    text = [row.decode(errors="replace") for row in source.splitlines()]
    lines = [line for line in lines if 1 <= line <= len(text)]
    for headers in (_HEADERS[:2], _HEADERS):
        for line in reversed(lines):
            if (header := _outermost(text, line, headers)) is not None:
                return header
    return lines[-1] if lines else None


def _outermost(text: Sequence[str], line: int, headers: tuple[str, ...]) -> int | None:
    """The first line of the outermost loop around `line` in its function."""
    found = line if text[line - 1].lstrip().startswith(headers) else None
    indent = _indent(text[line - 1])
    for number in range(line - 1, 0, -1):
        row = text[number - 1]
        if not row.strip() or _indent(row) >= indent:
            continue
        indent = _indent(row)
        if row.lstrip().startswith(headers):
            found = number
        elif row.lstrip().startswith(_SCOPES):
            break
    return found


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())
