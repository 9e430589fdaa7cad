"""The author's proof that the checks of an exercise accept right answers and reject wrong ones.

For each exercise, on both backends: the starter fails; the solution and every alternative pass every
check; every mistake fails exactly the checks that it names, and no others; and some mistake fails every
check. Right answers are searched thoroughly. A mistake is judged as a learner's file is, in a quick search,
and the checks that it names search thoroughly if they have not caught it so. Then all is tried with other
seeds: right answers must pass a quick search too, and the checks that a mistake names must catch it with
each seed. Also, the exercise must be complete.

A mistake names the checks that catch it in its docstring:

    \"\"\"The permit is not given back when the work fails.

    Caught by: failures_give_back, cancellations_give_back (trio)
    \"\"\"

A check that is named without a backend must catch it on both. If it depends on the drawn inputs
whether a check does, it is named with `(sometimes)`; another check must then always catch the mistake.

If the exercise asks a question about its starter, that is right too (see `checker/cards.py`), and if it
has an example, that plays (see `checker/examples.py`).

No mutant of a right answer passes, unless it is listed as right after all (see `checker/mutation`).

What the checks say about every wrong answer is kept in `messages.txt` beside the solution, so that
people read every change; each message mentions something from its run, and ends with what to do next.
"""

import ast
import contextlib
import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from checker import cards, examples, messages, scaffold
from checker.course import CONTENTS, Course, CourseError, Exercise
from checker.judge.grade import Judging, grade
from checker.judge.launch import Sandbox
from checker.judge.pool import spread
from checker.judge.search.explore import QUICK, THOROUGH
from checker.mutation import table
from checker.mutation.survey import survey
from checker.report import BACKENDS, CheckReport, ExerciseReport
from checker.submission import Source

SEEDS: Final = (1, 2, 3)
EXAMPLES: Final = 3
"""Of how many exercises the examples are played at a time."""

MIN_HINTS: Final = 2
MIN_ALTERNATIVES: Final = 2
MIN_MISTAKES: Final = 3

_CAUGHT_BY = re.compile(r"^Caught by:\s*(.+?)\s*$", re.MULTILINE)

MAX_CHANGES: Final = 30
"""How many lines of a difference are shown."""

SOMETIMES: Final = "sometimes"

_NAME = re.compile(r"^(\w+)(?:\s*\((\w+)\))?$")


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be."""

    path: Path
    text: str


@dataclass(frozen=True)
class _Candidate:
    """A file to grade, and the checks that it must fail: None for at least one on each backend."""

    exercise: Exercise
    path: Path
    must_fail: frozenset[tuple[str, str]] | None
    may_fail: frozenset[str] = frozenset()
    is_alternative: bool = False


def verify(
    course: Course,
    exercises: Sequence[Exercise],
    *,
    sandboxes: Sequence[Sandbox],
    seeds: Sequence[int] = SEEDS,
    accept: bool = False,
    mutants: bool = True,
    quick: bool = False,
    graded: Callable[[int, int], None] = lambda done, total: None,
    tried: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Finding]:
    """Yield what is wrong with these exercises; `graded` is told how many gradings are done, and
    `tried` how many mutants have been, if the `mutants` are not left out. With `accept`, what the
    checks say now is taken for what they should say. With `quick`, alternatives are searched as quickly as
    a learner's file is, which takes half as long altogether."""
    candidates: list[_Candidate] = []
    readable = []
    yield from _unwritten(course)
    for exercise in exercises:
        if unwritten := list(scaffold.unwritten_of(exercise)):
            yield from map(_still_to_write, unwritten)
            continue  # As long as it is not whole, there is nothing to prove.
        try:
            found, findings = _look_at(exercise)
        except CourseError as error:
            yield Finding(exercise.folder, str(error))
            continue
        readable.append(exercise)
        candidates += found
        yield from findings
    yield from _unlisted(course)
    yield from _out_of_order(course)
    work = [
        (c, Source(str(c.path.relative_to(course.root)), c.path.read_bytes())) for c in candidates
    ]
    total, done = len(work) * len(seeds), 0
    failed: dict[Path, set[str]] = {}
    reported: set[tuple[str, ...]] = set()
    said: dict[Exercise, list[tuple[Path, ExerciseReport]]] = {}
    reports = spread(
        work,
        sandboxes,
        lambda unit, sandbox: _grade(*unit, seeds[0], quick, sandbox),
        ExerciseReport,
    )
    again = [(c, source, seed) for seed in seeds[1:] for c, source in work]
    proofs = spread(
        again, sandboxes, lambda unit, sandbox: _prove(*unit, sandbox), list[CheckReport]
    )
    with contextlib.closing(reports), contextlib.closing(proofs):
        for (candidate, _), report in zip(work, reports, strict=True):
            done += 1
            graded(done, total)
            yield from _new(_judge(candidate, report.checks, seeds[0]), reported)
            said.setdefault(candidate.exercise, []).append((candidate.path, report))
            if candidate.must_fail is not None:
                names = {check.name for check in report.checks if check.status == "failed"}
                failed.setdefault(candidate.exercise.folder, set()).update(names)
        for (candidate, _, seed), checks in zip(again, proofs, strict=True):
            done += 1
            graded(done, total)
            yield from _new(_judge(candidate, checks, seed), reported)
    yield from _prove_cards(readable, seeds, sandboxes)
    yield from _prove_examples(readable)
    for exercise, gradings in said.items():
        yield from _compare_messages(exercise, gradings, accept=accept)
    whole = {exercise: gradings for exercise, gradings in said.items() if _is_whole(gradings)}
    yield from _compare_page(course, whole, accept=accept)
    for exercise in {c.exercise for c in candidates}:
        for check in exercise.checks:
            if check.name not in failed.get(exercise.folder, set()):
                yield Finding(
                    exercise.folder / "checks.py",
                    f"no mistake is caught by {check.name}; add one that is, or take the check out",
                )
    if not mutants:
        return
    surveys = []
    for surveyed in survey(readable, sandboxes=sandboxes, tried=tried):
        surveys.append(surveyed)
        for path, text in surveyed.findings():
            yield Finding(path, text)
    scores = course.root / table.FILE
    if (
        readable == list(course)
        and scores.exists()
        and scores.read_text(encoding="utf-8") != table.describe(surveys)
    ):
        yield Finding(scores, "is not what the mutants say; `checker mutate --accept` writes it")


def _grade(
    candidate: _Candidate, source: Source, seed: int, quick: bool, sandbox: Sandbox
) -> ExerciseReport:
    """Right answers are searched as thoroughly as for marks. Wrong ones are judged as a learner's file is,
    which is what `messages.txt` shows; thoroughly, where a check that they name has not caught them so."""
    is_right = candidate.must_fail == frozenset()
    searches_quickly = not is_right or (quick and candidate.is_alternative)
    return grade(
        candidate.exercise,
        source,
        sandbox=sandbox,
        seed=seed,
        depth=QUICK if searches_quickly else THOROUGH,
        deepened=candidate.must_fail or (),
    )


def _prove(candidate: _Candidate, source: Source, seed: int, sandbox: Sandbox) -> list[CheckReport]:
    """What the checks say with another seed, as far as it is needed for the proof."""
    checks = []
    for backend in BACKENDS:
        depth = THOROUGH if candidate.must_fail else QUICK
        judging = Judging(candidate.exercise, source, backend, seed, depth, explained=False)
        for number, check in enumerate(candidate.exercise.checks):
            if not candidate.must_fail or (check.name, backend) in candidate.must_fail:
                checks.append(judging.judge(number, sandbox)[0])
    return checks


def _prove_cards(
    exercises: Sequence[Exercise], seeds: Sequence[int], sandboxes: Sequence[Sandbox]
) -> Iterator[Finding]:
    """Play the questions that have been found to be whole."""
    whole = [e for e in exercises if e.card is not None and not cards.look_at(e)]
    proofs = spread(whole, sandboxes, lambda e, sandbox: cards.prove(e, seeds, sandbox), list[str])
    with contextlib.closing(proofs):
        for exercise, faults in zip(whole, proofs, strict=True):
            for text in faults:
                yield Finding(exercise.folder / "exercise.toml", text)


def _prove_examples(exercises: Sequence[Exercise]) -> Iterator[Finding]:
    # They mostly sleep, so several of them do not take much longer than one.
    with ThreadPoolExecutor(EXAMPLES) as pool:
        for exercise, faults in zip(exercises, pool.map(examples.prove, exercises), strict=True):
            for text in faults:
                yield Finding(exercise.example, text)


def _new(
    found: Iterator[tuple[tuple[str, ...], Finding]], reported: set[tuple[str, ...]]
) -> Iterator[Finding]:
    """What is `found` for the first time: what is wrong with one seed mostly is with the others."""
    for key, finding in found:
        if key not in reported:
            reported.add(key)
            yield finding


def _look_at(exercise: Exercise) -> tuple[list[_Candidate], list[Finding]]:
    """The files to grade, and what is wrong before anything is graded."""
    findings = list(_missing(exercise))
    metadata, solutions = exercise.metadata, exercise.solutions
    if exercise.file.read_bytes() != exercise.starter:
        findings.append(
            Finding(
                exercise.file,
                f"differs from {solutions / 'starter.py'}, which is what learners start from; copy "
                "exercise.py there if you changed the exercise, or back if you solved it",
            )
        )
    if not metadata.title or not metadata.gives or not 1 <= metadata.difficulty <= 5:
        findings.append(
            Finding(
                exercise.folder / "exercise.toml",
                "needs a title, at least one concept that it gives, and a difficulty from 1 to 5",
            )
        )
    if len(metadata.hints) < MIN_HINTS:
        findings.append(
            Finding(exercise.folder / "exercise.toml", f"needs {MIN_HINTS} hints or more")
        )
    if any(check.points < 1 for check in exercise.checks):
        findings.append(
            Finding(exercise.folder / "checks.py", "every check needs points, 1 or more")
        )
    findings += [
        Finding(exercise.folder / "exercise.toml", text) for text in cards.look_at(exercise)
    ]
    candidates = [_Candidate(exercise, solutions / "starter.py", None)]
    right = [
        solutions / "solution.py",
        *_files(solutions / "alternatives", MIN_ALTERNATIVES, findings),
    ]
    candidates += [
        _Candidate(exercise, path, frozenset(), is_alternative=path.parent != solutions)
        for path in right
        if path.exists()
    ]
    for path in _files(solutions / "mistakes", MIN_MISTAKES, findings):
        try:
            caught_by = read_caught_by(path, exercise)
        except ValueError as error:
            findings.append(Finding(path, str(error)))
        else:
            candidates.append(_Candidate(exercise, path, *caught_by))
    return candidates, findings


def _missing(exercise: Exercise) -> Iterator[Finding]:
    for path in (
        exercise.folder / "README.md",
        exercise.folder / "checks.py",
        exercise.file,
        exercise.solutions / "solution.py",
        exercise.solutions / "note.md",
    ):
        if not path.is_file() or not path.read_bytes().strip():
            yield Finding(path, "is missing or empty")


def _files(folder: Path, least: int, findings: list[Finding]) -> list[Path]:
    paths = sorted(folder.glob("*.py"))
    if len(paths) < least:
        findings.append(Finding(folder, f"holds {len(paths)} files; {least} or more are due"))
    return paths


def read_caught_by(
    path: Path, exercise: Exercise
) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """The checks and backends that a mistake says catch it, and the checks that it says do sometimes.
    Raises `ValueError`."""
    try:
        docstring = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except SyntaxError as error:
        raise ValueError(f"is not Python: {error.msg} (line {error.lineno})") from None
    found = _CAUGHT_BY.search(docstring)
    if found is None:
        raise ValueError(
            "its docstring does not say which checks catch it; add a line `Caught by: check_name`"
        )
    known = {check.name for check in exercise.checks}
    must_fail: set[tuple[str, str]] = set()
    may_fail: set[str] = set()
    for part in found[1].split(","):
        name = _NAME.match(part.strip())
        if name is None or name[1] not in known or name[2] not in (None, SOMETIMES, *BACKENDS):
            raise ValueError(
                f"says that it is caught by {part.strip()!r}; the checks are {', '.join(sorted(known))}"
            )
        if name[2] == SOMETIMES:
            may_fail.add(name[1])
        must_fail |= {(name[1], b) for b in BACKENDS if name[2] in (None, b)}
    if not must_fail:
        raise ValueError("must be caught by one check for certain, and not only sometimes")
    return frozenset(must_fail), frozenset(may_fail)


def _judge(
    candidate: _Candidate, checks: Sequence[CheckReport], seed: int
) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """What is wrong with how one file was graded, each with what it is about."""
    for check in checks:
        where = f"{check.name} on {check.backend}, seed {seed}"
        must_fail = (
            candidate.must_fail is None or (check.name, check.backend) in candidate.must_fail
        )
        if check.status == "not_graded":
            text = f"{where}: {check.message}"
        elif check.name in candidate.may_fail:
            continue
        elif candidate.must_fail is not None and check.status == "failed" and not must_fail:
            text = f"must pass {where}, but fails: {check.message}"
        elif candidate.must_fail is not None and check.status == "passed" and must_fail:
            text = f"must fail {where}, but passes"
        else:
            continue
        key = (str(candidate.path), check.name, check.backend, check.status)
        yield key, Finding(candidate.path, text)
    if candidate.must_fail is None:
        for backend in BACKENDS:
            if all(c.status == "passed" for c in checks if c.backend == backend):
                yield (
                    (str(candidate.path), backend),
                    Finding(candidate.path, f"the starter passes every check on {backend}"),
                )


def _compare_messages(
    exercise: Exercise, gradings: Sequence[tuple[Path, ExerciseReport]], *, accept: bool
) -> Iterator[Finding]:
    """Hold what the checks say against what they should, and each message against the rules."""
    path = exercise.solutions / "messages.txt"
    said = messages.golden(gradings, SEEDS[0])
    heading = said.splitlines()[0]
    for file, report in gradings:
        for check in report.checks:
            if check.status == "failed":
                for fault in messages.faults(check):
                    yield Finding(file, f"what {check.name} says on {check.backend} {fault}")
    try:
        kept = path.read_text(encoding="utf-8")
    except OSError:
        kept = ""
    # Some messages have Python's own words in them, which differ between its versions.
    if (
        not accept
        and kept.startswith(f"{heading.rpartition(' ')[0]} 3.")
        and (kept.splitlines()[0] != heading)
    ):
        return
    if said != kept and accept:
        if _is_whole(gradings):  # What was not tried would stand in there as what is said.
            path.write_text(said, encoding="utf-8")
    elif said != kept:
        changes = difflib.unified_diff(
            kept.splitlines(), said.splitlines(), "as it was", "as it is", lineterm="", n=1
        )
        shown = "\n".join(islice(changes, MAX_CHANGES))
        yield Finding(
            path,
            "is not what the checks say; read the difference, and if it is better, "
            f"`checker verify --accept {exercise.short_name}` takes it over\n{shown}",
        )


def _is_whole(gradings: Sequence[tuple[Path, ExerciseReport]]) -> bool:
    """Whether every check was tried, and none left out for want of time."""
    return all(check.tried for _, report in gradings for check in report.checks)


def _compare_page(
    course: Course,
    gradings: Mapping[Exercise, Sequence[tuple[Path, ExerciseReport]]],
    *,
    accept: bool,
) -> Iterator[Finding]:
    path = course.root / messages.FILE
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    if not kept and not accept:
        return  # A course need not have the page.
    said = messages.page(kept, course, gradings)
    if said == kept or (not accept and kept.splitlines()[:1] != said.splitlines()[:1]):
        return  # Another version of Python has other words of its own.
    if accept:
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, encoding="utf-8")
    else:
        yield Finding(path, "is not what the checks say; `checker verify --accept` writes it")


def _unwritten(course: Course) -> Iterator[Finding]:
    """What is still to be written of the course itself."""
    readmes = (chapter.folder / "README.md" for chapter in course.chapters)
    for path in (course.root / CONTENTS, *readmes):
        yield from map(_still_to_write, scaffold.unwritten_in(path))


def _still_to_write(unwritten: scaffold.Unwritten) -> Finding:
    return Finding(
        unwritten.path, f"line {unwritten.line} is still to be written: {unwritten.what}"
    )


def _unlisted(course: Course) -> Iterator[Finding]:
    listed = {exercise.folder for exercise in course}
    for toml in sorted((course.root / "exercises").glob("*/*/exercise.toml")):
        if toml.parent not in listed:
            yield Finding(toml.parent, "is not in exercises/course.toml; name it there")


def _out_of_order(course: Course) -> Iterator[Finding]:
    """What an exercise takes for granted before anybody has taught it."""
    try:
        lacking = list(course.lacking())
    except CourseError:
        return  # The exercise that cannot be read says so itself.
    for exercise, concept in lacking:
        yield Finding(
            exercise.folder / "exercise.toml",
            f"needs {concept!r}, which nothing before it gives; put it under `gives` of an earlier "
            "exercise, or of a chapter in exercises/course.toml whose README explains it",
        )
