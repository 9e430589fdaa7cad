"""Rosters: who should have handed something in, and in which group, from any kind of CSV file."""

import csv
from pathlib import Path
from typing import Final

from checker.harmless import safe_name

_NAME_COLUMNS: Final = ("name", "student", "full name", "id", "login")
_GROUP_COLUMNS: Final = ("group", "groups", "section")
_FIRST_AND_LAST: Final = (("first name", "last name"), ("first name", "surname"))


class RosterError(Exception):
    """The roster cannot be read; the text says why, and what it needs."""


def read_roster(path: Path) -> dict[str, str]:
    """Names and groups, from a CSV with a header that says which columns they are in. Raises
    `RosterError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RosterError(f"the roster {path} cannot be read: {reason}") from None
    lines = text.splitlines()
    # Where a comma is in numbers, spreadsheets write semicolons between cells.
    between = max(",;\t", key=lines[0].count) if lines else ","
    rows = list(csv.reader(lines, delimiter=between))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    columns = [[header.index(name)] for name in _NAME_COLUMNS if name in header]
    columns += [
        [header.index(one) for one in both] for both in _FIRST_AND_LAST if set(both) <= set(header)
    ]
    if not columns:
        found = ", ".join(repr(safe_name(cell)) for cell in header if cell) or "nothing"
        raise RosterError(
            f"the roster {path} needs a first line that names its columns: `name`, and `group` if "
            f"there are groups; it has {found}"
        )
    group = next((header.index(name) for name in _GROUP_COLUMNS if name in header), None)
    students = {}
    for row in rows[1:]:
        name = " ".join(row[at].strip() for at in columns[0] if at < len(row)).strip()
        if name and name.lower() != "points possible":  # Canvas has a row of these.
            students[safe_name(name)] = (
                row[group].strip() if group is not None and group < len(row) else ""
            )
    return students
