"""Rosters: who should have handed something in, and in which group, from any kind of CSV file; and files
of times, which say when each of them did."""

import csv
import math
from datetime import datetime
from pathlib import Path
from typing import Final

from checker.harmless import safe_name

_NAME_COLUMNS: Final = ("name", "student", "full name", "id", "login")
_GROUP_COLUMNS: Final = ("group", "groups", "section")
_TIME_COLUMNS: Final = ("time", "handed in", "submitted", "submitted at", "submitted_at", "date")
_TIMES: Final = "file of times"
_FIRST_AND_LAST: Final = (("first name", "last name"), ("first name", "surname"))


class RosterError(Exception):
    """The roster cannot be read; the text says why, and what it needs."""


def read_roster(path: Path) -> dict[str, str]:
    """Names and groups, from a CSV with a header that says which columns they are in. Raises
    `RosterError`."""
    columns = "`name`, and `group` if there are groups"
    header, rows = _rows(_read(path, "roster"), path, "roster", columns)
    group = next((header.index(name) for name in _GROUP_COLUMNS if name in header), None)
    return {
        name: row[group].strip() if group is not None and group < len(row) else ""
        for _, name, row in rows
    }


def read_times(path: Path) -> bytes:
    """What stands in a file of times. A pipe can be read only once, so whoever wants to keep the file
    keeps this. Raises `RosterError`."""
    return _read(path, _TIMES)


def times_in(content: bytes, path: Path) -> dict[str, float]:
    """When each student handed in, in POSIX seconds, from what was read from `path`: a CSV with a header that says which columns
    names and times are in. A time is one of ISO 8601 with its zone; who has several handed in at the
    last of them. Raises `RosterError`."""
    needed = "`name` and `time`"
    header, rows = _rows(content, path, _TIMES, needed)
    column = next((header.index(name) for name in _TIME_COLUMNS if name in header), None)
    if column is None:
        raise RosterError(
            f"the file of times {path} needs a first line that names its columns: {needed}; a column "
            f"of times may be called {', '.join(_TIME_COLUMNS)}"
        )
    times: dict[str, float] = {}
    for line, name, row in rows:
        text = row[column].strip() if column < len(row) else ""
        if not text:
            continue
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            raise RosterError(
                f"the file of times {path}, line {line}: {safe_name(text)!r} is no time with a zone; "
                "write it as 2026-03-01T23:59:00+01:00, or with Z for UTC"
            )
        times[name] = max(time.timestamp(), times.get(name, -math.inf))
    return times


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RosterError(f"the {what} {path} cannot be read: {error.strerror}") from None


def _rows(
    content: bytes, path: Path, what: str, needed: str
) -> tuple[list[str], list[tuple[int, str, list[str]]]]:
    """The header of a CSV file, and its rows: each with its line, and with the student whose it is."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RosterError(f"the {what} {path} cannot be read: it is not UTF-8") from None
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
            f"the {what} {path} needs a first line that names its columns: {needed}; it has {found}"
        )
    named = []
    for line, row in enumerate(rows[1:], 2):
        name = " ".join(row[at].strip() for at in columns[0] if at < len(row)).strip()
        if name and name.lower() != "points possible":  # Canvas has a row of these.
            named.append((line, safe_name(name), row))
    return header, named
