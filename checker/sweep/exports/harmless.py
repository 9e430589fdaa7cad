"""Text of a student's, made harmless for where it goes.

A name or a message may hold anything: null bytes, lone surrogates, escapes for terminals, marks that
turn the reading direction round, a formula, a tag. `printable` makes visible all that has no business
in a text; what is here does the rest for one kind of place each. XML needs nothing more: of what
`printable` lets through, all is legal there.
"""

import re
from typing import Final

from checker.feedback.terminal import printable

__all__ = ["cell", "encodable", "markdown", "printable"]

# U+FF0B and the like: spreadsheets in East Asia take the wide forms for the narrow ones.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

_JOINERS: Final = re.compile("([\u200c\u200d])")


def cell(text: str) -> str:
    """`text` for a cell of a spreadsheet: on one line, and never run as a formula."""
    # Persian and many other names are written with joiners, which move nothing.
    parts = _JOINERS.split(text)
    clean = "".join(part if _JOINERS.match(part) else printable(part) for part in parts)
    clean = clean.replace("\n", " ")
    runs = text.startswith(_FORMULA) or clean.lstrip().startswith(_FORMULA)
    return f"'{clean}" if runs else clean


def markdown(text: str) -> str:
    """`text` for a line of Markdown: no mark-up, no HTML, no end of a table's cell."""
    clean = printable(text).replace("\n", " ")
    return re.sub(r"([-!#$&()*+:<=>@\[\\\]_`{|}~])", r"\\\1", clean)


def encodable(text: str) -> str:
    """`text` without lone surrogates, which are in no Unicode encoding."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
