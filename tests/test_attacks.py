"""What hostile submissions try comes to nothing: no mark, no trace, no word of it gets out.

All that `hostile.py` knows is swept at once, in the jail, beside honest students, and looked at from
outside.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import socket
import sqlite3
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import pytest

from checker.course import Course
from checker.demo import hostile
from checker.demo.hostile import hand_in, hand_in_odd, put, said
from checker.judge import grade, guard, jail
from checker.judge.budget import Budget
from checker.judge.jail import Jail, JailError
from checker.judge.launch import Sandbox
from checker.submission import Source
from checker.sweep.book import Book
from checker.sweep.collect import collect
from checker.sweep.gradebook import render
from checker.sweep.journal import NAME, Journal, Verdict, read_cohort
from checker.sweep.marks import Rules
from checker.sweep.results import Cohort, Student, Work
from checker.sweep.sweep import Tally, plan_sweep, sweep

ROOT = Path(__file__).parents[1]
SEED = "sealedsealedsealed" * 2 + "sealedsealedseal"
JOBS = 2

ATTACKED = sorted({name for attack in hostile.FILES for name in said(attack, "For")})
"""The exercises that are swept."""

HONEST = ["forgotten_await", "blocking_client", "lost_update"]
"""What is handed in honestly."""

PORT_IN_ATTACK = "47611"
NAME_IN_ATTACK = "tasklings-listener"

WRITTEN = ("journal.sqlite3", "report.json", "results.xml", "gradebook.html", "tasklings-canary")
"""What 01 writes wherever it can."""


# --- the sweep ----------------------------------------------------------------------------------


@dataclass
class Swept:
    """A sweep of attackers and honest students, and all that can be seen of it from outside."""

    course: Course
    cohort: Cohort
    tally: Tally
    wanted: int
    """How many verdicts there should be."""
    out: Path
    alone: dict[tuple[str, str], bytes]
    """The verdicts of the honest students in a cohort without attackers."""
    secrets: dict[str, str]
    """By what they are, and where they are kept."""
    before: dict[str, str]
    after: dict[str, str]
    """Files beside and below the sweep, with what is in them."""
    arrived: list[str]
    """What came in at the listeners."""
    left: list[str]
    """Processes of a sandbox that are still there."""
    first_user: int
    odd: list[str]
    """The students who handed in more than a file, or less."""

    def student(self, name: str) -> Student:
        return next(student for student in self.cohort.students if student.name == name)

    def work(self, name: str, exercise: str) -> Work:
        (work,) = [w for w in self.student(name).works if w.report.name.endswith(f"/{exercise}")]
        return work


def verdicts(cohort: Cohort, names: list[str]) -> dict[tuple[str, str], bytes]:
    return {
        (student.name, work.report.name): msgspec.msgpack.encode(
            Verdict(work.report, work.recordings)
        )
        for student in cohort.students
        for work in student.works
        if student.name in names
    }


def files_below(*folders: Path) -> dict[str, str]:
    """What is in every file, and where every link leads."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                with path.open("rb") as file:
                    found[str(path)] = hashlib.file_digest(file, "sha256").hexdigest()
            else:
                found[str(path)] = f"{status.st_mode} {status.st_size} {status.st_mtime_ns}"
    return found


def processes(users: range) -> list[str]:
    """The processes of these users, and the jails that this process has started."""
    found = []
    below = {*guard.below(os.getpid())}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError):
            if entry.name.isdigit():
                user = entry.stat().st_uid
                parts = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes().split(b"\0")
                mine = int(entry.name) in below and command[0].endswith(b"bwrap")
                if parts[0] != "Z" and (user in users or mine):
                    found.append(f"{entry.name} of {user}: {command[:1]}")
    return found


def judge_them(course: Course, cohort: Path, out: Path, found: Jail) -> tuple[Cohort, Tally, int]:
    exercises = course.select(ATTACKED)
    students, _ = collect([cohort], exercises)
    plan, meant = plan_sweep(course, exercises, students, seed=SEED, isolation="bubblewrap")
    with Journal(out) as journal:
        tally = sweep(journal, course, plan, meant, jail=found, jobs=JOBS)
    return read_cohort(out), tally, len(meant)


def hand_in_honestly(cohort: Path, course: Course) -> list[str]:
    """Those who have done nothing wrong: what they hand in is right, is wrong in some way, or is what was
    given to them."""
    for exercise in course.select(HONEST):
        put(
            cohort / "ada",
            exercise,
            (ROOT / "solutions" / exercise.name / "solution.py").read_bytes(),
        )
        put(
            cohort / "zoe",
            exercise,
            (ROOT / "solutions" / exercise.name / "starter.py").read_bytes(),
        )
    for name, mistake in (
        ("lost_update", "one_lock_for_all"),
        ("forgotten_await", "drop_the_number"),
    ):
        (exercise,) = course.select([name])
        put(
            cohort / "ben",
            exercise,
            (exercise.solutions / "mistakes" / f"{mistake}.py").read_bytes(),
        )
    return ["ada", "ben", "zoe"]


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Iterator[Swept]:
    try:
        found = Jail.find()
    except JailError as error:
        pytest.skip(f"no jail on this machine: {error}")
    top = tmp_path_factory.mktemp("attacks")
    tokens = {
        kind: f"canary-{kind}-{secrets.token_hex(8)}"
        for kind in ("environment", "file", "solution", "checks", "journal")
    }

    # A course of its own, in which whatever nobody may see has a mark.
    shutil.copytree(ROOT / "exercises", top / "course" / "exercises")
    shutil.copytree(ROOT / "solutions", top / "course" / "solutions")
    (top / "course" / "token").write_text(tokens["file"])
    for kind, pattern in (
        ("solution", "solutions/*/*/solution.py"),
        ("checks", "exercises/*/*/checks.py"),
    ):
        for path in (top / "course").glob(pattern):
            path.write_text(f"{path.read_text()}\n# {tokens[kind]}\n")
    course = Course.load(top / "course")
    beside = top / "cohort-beside"
    beside.mkdir()
    for name in WRITTEN:
        (beside / name).write_text(tokens["journal"])

    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("TASKLINGS_TOKEN", tokens["environment"])
        first_user = found.user or jail.FIRST_USER

        stream = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = stream.getsockname()[1]
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("127.0.0.1", port))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        name = f"tasklings-{secrets.token_hex(8)}"
        abstract.bind(f"\0{name}")
        abstract.listen()

        honest = hand_in_honestly(top / "honest", course)
        alone, _, _ = judge_them(course, top / "honest", top / "alone", found)

        cohort = top / "cohort"
        hand_in_honestly(cohort, course)
        for attack in hostile.FILES:
            words = {PORT_IN_ATTACK: str(port), NAME_IN_ATTACK: name}
            hand_in(cohort / attack.stem, course, attack, beside=HONEST, words=words)
        odd = hand_in_odd(cohort, course)
        watched = (top / "course", beside, cohort, top / "alone")
        before = files_below(*watched)
        result, tally, wanted = judge_them(course, cohort, top / "out", found)

        arrived = []
        for listener in (stream, abstract, datagrams):
            listener.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                arrived.append(
                    str(listener.recv(100) if listener is datagrams else listener.accept())
                )
        users = range(first_user, first_user + jail.USERS)
        # What was killed takes a moment to be gone.
        for _ in range(50):
            if not (left := processes(users)):
                break
            time.sleep(0.1)
        yield Swept(
            course,
            result,
            tally,
            wanted,
            top / "out",
            verdicts(alone, honest),
            tokens,
            before,
            files_below(*watched),
            arrived,
            left,
            first_user,
            odd,
        )


# --- no mark ------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", hostile.FILES, ids=lambda attack: attack.stem)
def test_an_attack_gains_no_mark_and_its_verdict_says_what_was_seen(swept, attack):
    report = swept.work(attack.stem, *said(attack, "For")).report
    messages = "\n".join(check.message for check in report.checks)
    assert report.points == int((said(attack, "Points") or ["0"])[0])
    assert report.status == (said(attack, "Ends") or ["failed"])[0], messages
    for text in said(attack, "Sees"):
        assert text in messages
    assert all(check.message for check in report.checks if check.status != "passed")


def test_modules_beside_a_submission_are_not_imported(swept):
    report = swept.work("08_modules_beside_it", "lost_update").report
    assert (report.status, report.points) == ("failed", 0)
    assert "account 0 held" in report.checks[0].message
    assert "points" not in report.checks[0].message


def test_checks_in_a_submission_are_not_asked(swept):
    report = swept.work("12_edited_checks", "lost_update").report
    assert (report.status, report.points) == ("failed", 0)
    assert "account 0 held" in report.checks[0].message
    assert "easy" not in {check.name for check in report.checks}


def test_nothing_but_regular_files_of_limited_size_is_taken(swept):
    names = [name for name in swept.odd if name.startswith("16")]
    assert len(names) >= 13
    for name in names:
        student = swept.student(name)
        report = swept.work(name, "lost_update").report
        # What is in an archive that breaks off nobody knows, so it is no 0 either.
        statuses = {
            "failed",
            "not_started",
            *(["not_graded"] if name == "16n_name_without_end" else []),
        }
        assert report.points == 0, name
        assert report.status in statuses, name
        assert all(work.report.points == 0 for work in student.works), name
        told = [*student.problems, *(check.message for check in report.checks)]
        assert any(
            word in text
            for text in told
            for word in (
                "link",
                "regular file",
                "folder",
                "leads out",
                "KiB",
                "MiB",
                "archive",
                "not read",
                "no such file",
            )
        ), (name, told)


# --- nobody else's result -----------------------------------------------------------------------


def test_the_sweep_goes_to_its_end(swept):
    assert swept.tally.done == swept.tally.total == swept.wanted
    assert all(len(student.works) == len(ATTACKED) for student in swept.cohort.students)


def test_honest_students_have_the_verdicts_that_they_have_without_attackers(swept):
    names = sorted({name for name, _ in swept.alone})
    assert names == ["ada", "ben", "zoe"]
    with_attackers = verdicts(swept.cohort, names)
    assert with_attackers.keys() == swept.alone.keys()
    for key, verdict in swept.alone.items():
        assert with_attackers[key] == verdict, key
    right = [swept.work("ada", name).report for name in HONEST]
    assert all(report.points == report.max_points for report in right)
    assert all(work.report.points == 0 for work in swept.student("zoe").works)


def test_what_an_attacker_has_in_common_with_others_is_worth_as_much_as_theirs(swept):
    for student in hostile.BESIDE:
        for name in HONEST:
            if name != "forgotten_await":  # The attack itself is for this one.
                assert swept.work(student, name).report.status == "passed", name


# --- nothing left, nothing out ------------------------------------------------------------------


def test_no_process_of_a_sandbox_is_left(swept):
    assert swept.left == []


def test_nothing_is_written_but_the_journal(swept):
    assert swept.after == swept.before
    names = {path.name for path in swept.out.iterdir()}
    assert names <= {NAME, f"{NAME}-wal", f"{NAME}-shm", "sweep.lock"}
    assert not [name for name in WRITTEN if (Path("/tmp") / name).exists()]
    with contextlib.closing(sqlite3.connect(swept.out / NAME)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (count,) = database.execute("SELECT count(*) FROM verdicts").fetchone()
    assert count == swept.wanted


def test_no_verdict_holds_a_secret(swept):
    names = [student.name for student in swept.cohort.students]
    for key, verdict in verdicts(swept.cohort, names).items():
        for kind, token in swept.secrets.items():
            assert token.encode() not in verdict, (key, kind)
    problems = repr([student.problems for student in swept.cohort.students])
    assert not any(token in problems for token in swept.secrets.values())


def test_no_solution_is_taken_through_a_link(swept):
    for student in swept.cohort.students:
        if student.name in hostile.BESIDE:
            continue  # They were given solutions of this course, so as to hand them in.
        for work in student.works:
            assert not any(token in work.source for token in swept.secrets.values()), student.name


def test_nothing_arrives_at_a_listener_of_the_host(swept):
    assert swept.arrived == []


def test_memory_that_is_no_processs_is_not_had(swept):
    report = swept.work("18g_has_memory_that_nobody_counts", "lost_update").report
    said = [line.strip() for line in report.checks[0].message.splitlines() if "got:" in line]
    assert said
    assert all(line.endswith(" s: got:") for line in said)  # Once for each call of a world.


def test_what_a_submission_says_does_nothing_in_the_gradebook(swept):
    starters = {exercise.name: exercise.starter.decode() for exercise in swept.course}
    page = render(Book(swept.cohort, Rules(), (), ()), starters)
    assert "tasklings" in page
    for evil in ("<script>alert", "</pre></script>", "<img src=x", "\x1b[2J", "\u202e", "\x00"):
        assert evil not in page


# --- and by itself ------------------------------------------------------------------------------

SLOW = b"""
import os
import select

import anyio


async def deposit(account, amount, lock):
    async with lock:
        balance = await account.read()
        await account.write(balance + amount)


async def deposit_all(accounts, deposits):
    select.select([], [], [], 0.4)
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount, locks[index])
"""


def test_runs_that_each_stay_within_their_limit_do_not_go_on_for_hours(monkeypatch):
    try:
        found = Jail.find()
    except JailError as error:
        pytest.skip(f"no jail on this machine: {error}")
    # On a busy machine its processor is never idle, so the clock decides at last.
    small = partial(Budget, cost=2.0, free=1.0, last=20.0)
    monkeypatch.setattr(grade, "Budget", small)
    (exercise,) = Course.load(ROOT).select(["lost_update"])
    with Sandbox(jail=found) as sandbox:
        report = grade.grade(exercise, Source("exercise.py", SLOW), sandbox=sandbox, seed=1)
    assert (report.status, report.points) == ("failed", 0)
    assert "all its runs together took too long" in report.checks[0].message
    assert "not tried" in report.checks[-1].message


def test_a_run_says_nothing_into_the_one_that_follows_it():
    """Runs of a search share a process, and what ends one of them late must not be heard in the next."""
    (attack,) = [file for file in hostile.FILES if file.stem == "02b_exits_in_a_task"]
    (exercise,) = Course.load(ROOT).select(said(attack, "For"))
    source = Source("exercise.py", attack.read_bytes())
    reports = set()
    for _ in range(15):
        with Sandbox() as sandbox:
            reports.add(
                msgspec.json.encode(grade.grade(exercise, source, sandbox=sandbox, seed=42))
            )
    assert len(reports) == 1
