"""Makes a stranger's text harmless for the place where it is shown.

A name or a message may hold anything: null bytes, lone surrogates, escapes for terminals, marks that
reverse the reading direction, a formula, a tag. `printable` makes everything visible that has no
business in a text; each of the others does the rest for one kind of place. XML needs nothing more:
everything that `printable` lets through is legal there.
"""

import re
import unicodedata
from typing import Final

__all__ = ["cell", "encodable", "fenced", "markdown", "one_line", "printable", "safe_name"]

MAX_NAME: Final = 120
"""Characters of a name that are kept."""

# U+FF0B and the like: spreadsheets in East Asia take the wide forms for the narrow ones.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

_NEXT_CELL: Final = re.compile(r"(;\s*)(?=[=+\-@＝＋－＠])")

_JOINERS: Final = re.compile("([\u200c\u200d])")


# Letters that are empty, and marks that choose a glyph for what is before them: Python calls them
# printable, and nobody sees them, so that two names with and without one look the same.
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def printable(text: str) -> str:
    """`text` with everything made visible that could move the cursor, or hide or reorder the text around
    it: what a submission prints, or calls itself, is shown and does nothing."""
    # Python's own test is as strict, and much faster.
    if text.replace("\n", "").isprintable() and not _BLANK.search(text):
        return text
    return "".join(
        char
        if char == "\n"
        or not (unicodedata.category(char).startswith(("C", "Zl", "Zp")) or _BLANK.match(char))
        else char.encode("unicode_escape").decode()
        for char in text.expandtabs(4)
    )


def one_line(text: str) -> str:
    """`text` as `printable` has it, with a space for each end of a line."""
    return printable(text).replace("\n", " ")


def safe_name(name: str) -> str:
    """The name of a person or a file, as it is kept: on one line, in one of the ways in which Unicode
    writes it, and never empty."""
    text = unicodedata.normalize("NFC", encodable(name))
    return one_line(text).strip()[:MAX_NAME] or "(no name)"


def cell(text: str) -> str:
    """`text` for a cell of a spreadsheet: on one line, and never run as a formula."""
    # Persian and many other names are written with joiners, which move nothing.
    parts = _JOINERS.split(text)
    clean = "".join(part if _JOINERS.match(part) else one_line(part) for part in parts)
    runs = text.startswith(_FORMULA) or clean.lstrip().startswith(_FORMULA)
    # In many countries a spreadsheet takes a semicolon for the end of a cell.
    clean = _NEXT_CELL.sub(r"\1'", clean)
    return f"'{clean}" if runs else clean


def markdown(text: str) -> str:
    """`text` for a line of Markdown: no mark-up, no HTML, no end of a table's cell."""
    return re.sub(r"([-!#$&()*+:<=>@\[\\\]_`{|}~])", r"\\\1", one_line(text))


def fenced(text: str) -> list[str]:
    """`text` as lines of Markdown that are shown as they stand, in a fence that nothing in them closes."""
    shown = printable(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *shown.split("\n"), fence]


def encodable(text: str) -> str:
    """`text` without lone surrogates, which are in no Unicode encoding."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
