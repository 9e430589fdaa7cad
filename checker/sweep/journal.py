"""What a sweep has found so far, kept so that nothing is lost and nothing is judged twice.

This is an SQLite database in the sweep's folder, with one writer. Each verdict is written as it comes,
under a key made from everything that it depends on: the submitted file, the exercise, the kit, the
versions of what it runs on, the seed and the backends. So a sweep can be stopped at any moment and
continues where it was, and what has not changed is not run again. The gradebook is made from the
verdicts under the keys of the last cohort, as if the sweep had never been stopped.
"""

import contextlib
import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

import msgspec

from checker.recording import Recording
from checker.report import ExerciseReport
from checker.seeds import Seed
from checker.sweep.results import (
    Cohort,
    ExerciseInfo,
    Flag,
    Isolation,
    Platform,
    Student,
    TimeFrom,
    Work,
)

NAME: Final = "journal.sqlite3"
LOCK: Final = "sweep.lock"
VERSION: Final = 3

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, verdict BLOB NOT NULL);
"""


_ANOTHER_VERSION: Final = (
    "{} holds a sweep of another version of the kit; sweep again, into another folder"
)


class JournalError(Exception):
    """The folder of a sweep cannot be used; the text says why, and what to do."""


class Verdict(msgspec.Struct, frozen=True):
    """What was found of one file."""

    report: ExerciseReport
    recordings: tuple[Recording, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """One exercise of one student, as it was handed in."""

    exercise: str
    key: str
    source: str
    digest: str
    flags: tuple[Flag, ...] = ()
    kit: str = ""
    checks: str = ""


class Collected(msgspec.Struct, frozen=True):
    """One student, as collected."""

    name: str
    group: str
    submitted: bool
    handed_in: float | None
    problems: tuple[str, ...]
    entries: tuple[Entry, ...]
    unread: str = ""
    time_from: TimeFrom = ""
    said_late: bool = False
    platform: Platform = ""
    number: str = ""
    attachment: str = ""


class SweepPlan(msgspec.Struct, frozen=True):
    """The cohort that a sweep is about, before any of it is judged."""

    seed: Seed
    isolation: Isolation
    versions: Mapping[str, str]
    exercises: tuple[ExerciseInfo, ...]
    students: tuple[Collected, ...]
    strays: tuple[str, ...] = ()


class Journal:
    """The journal of one sweep, open for writing; a context manager.

    Raises `JournalError` if another sweep has it open, or if its folder cannot be written to.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        try:
            out.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(out / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise JournalError(
                f"{out} cannot be written to ({error.strerror}); give another folder with -o"
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise JournalError(
                f"another sweep writes to {out} already; wait for it, or give another folder with -o"
            ) from None
        try:
            # For nobody else to read: what the sweep draws from is in it, and everybody's work.
            os.close(os.open(out / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            os.chmod(out / NAME, 0o600)
            self._database = _open(out)
            self._database.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            os.close(self._lock)
            raise JournalError(_explain(out, error)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._database.close()
        os.close(self._lock)

    def begin(self, plan: SweepPlan) -> None:
        """Keep what the sweep is about. Raises `JournalError` if another kit has written here."""
        with self._explained():
            found = self._database.execute(
                "SELECT value FROM meta WHERE key = 'version'"
            ).fetchone()
        if found is not None and found[0] != str(VERSION):
            raise JournalError(_ANOTHER_VERSION.format(self._out))
        self._write("INSERT OR REPLACE INTO meta VALUES ('version', ?)", (str(VERSION),))
        encoded = msgspec.msgpack.encode(plan)
        self._write("INSERT OR REPLACE INTO meta VALUES ('plan', ?)", (encoded,))

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of `keys` that have a verdict."""
        with self._explained():
            rows = self._database.execute("SELECT key FROM verdicts").fetchall()
        return {row[0] for row in rows} & set(keys)

    def keep(self, key: str, verdict: Verdict) -> None:
        """Keep a verdict; when this returns, it is on the disk's way and survives the process."""
        encoded = msgspec.msgpack.encode(verdict)
        self._write("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", (key, encoded))

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._explained(), self._database:
            self._database.execute(statement, values)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise JournalError(_explain(self._out, error)) from None


def read_cohort(out: Path) -> Cohort:
    """What the sweep in `out` has found. What it has not got to yet is not there as a work.

    Raises `JournalError`.
    """
    if not (out / NAME).is_file():
        raise JournalError(f"{out} holds no sweep; make one with `checker sweep PATH -o {out}`")
    try:
        database = _open(out)
        with contextlib.closing(database):
            meta = dict(database.execute("SELECT key, value FROM meta").fetchall())
            if meta.get("version") != str(VERSION) or "plan" not in meta:
                raise JournalError(_ANOTHER_VERSION.format(out))
            plan = msgspec.msgpack.decode(meta["plan"], type=SweepPlan)
            verdicts = {
                key: msgspec.msgpack.decode(verdict, type=Verdict)
                for key, verdict in database.execute("SELECT key, verdict FROM verdicts")
            }
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise JournalError(_explain(out, error)) from None
    return Cohort(
        seed=plan.seed if isinstance(plan.seed, int) else None,
        isolation=plan.isolation,
        versions=plan.versions,
        exercises=plan.exercises,
        students=tuple(_student(handed, verdicts) for handed in plan.students),
        strays=plan.strays,
        seed_digest=hashlib.sha256(str(plan.seed).encode()).hexdigest(),
    )


def read_plan(out: Path) -> SweepPlan | None:
    """What the sweep in `out` is about, if there is one already. Raises `JournalError`."""
    if not (out / NAME).is_file():
        return None
    try:
        with contextlib.closing(_open(out)) as database:
            meta = dict(database.execute("SELECT key, value FROM meta").fetchall())
        if "plan" not in meta:
            return None
        if meta.get("version") != str(VERSION):
            raise JournalError(_ANOTHER_VERSION.format(out))
        return msgspec.msgpack.decode(meta["plan"], type=SweepPlan)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise JournalError(_explain(out, error)) from None
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise JournalError(_explain(out, error)) from None


def _student(handed: Collected, verdicts: Mapping[str, Verdict]) -> Student:
    works = tuple(
        Work(
            report=verdicts[entry.key].report,
            source=entry.source,
            digest=entry.digest,
            flags=entry.flags,
            recordings=verdicts[entry.key].recordings,
            kit=entry.kit,
            checks=entry.checks,
        )
        for entry in handed.entries
        if entry.key in verdicts
    )
    return Student(
        *(handed.name, handed.group, handed.submitted, handed.handed_in, handed.problems, works),
        unread=handed.unread,
        time_from=handed.time_from,
        said_late=handed.said_late,
        platform=handed.platform,
        number=handed.number,
        attachment=handed.attachment,
    )


def _open(out: Path) -> sqlite3.Connection:
    database = sqlite3.connect(out / NAME, timeout=10, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    # What was written survives the end of the process at any moment; a power cut may take the last.
    database.execute("PRAGMA synchronous = NORMAL")
    return database


def _explain(out: Path, error: Exception) -> str:
    said = str(error)
    if "full" in said:
        return (
            f"the disk of {out} is full; make room and run the same command again: nothing is lost"
        )
    if "readonly" in said or "unable to open" in said or isinstance(error, PermissionError):
        return f"{out} cannot be written to; give another folder with -o"
    return f"the journal in {out} cannot be used ({said}); move it away, and sweep again"
