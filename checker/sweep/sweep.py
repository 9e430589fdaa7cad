"""A sweep: from what a cohort handed in to verdicts in a journal.

What is to be judged is known before anything is: each file of each exercise has a key, and those that
have a verdict already, from this sweep or an earlier one, are left out, as are all but one of equal
files. What is left is judged a student at a time, in a sandbox that is started for that student and
ended after them.
"""

import hashlib
import json
import os
import platform
import queue
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

import checker
from checker.course import Course, Exercise
from checker.judge.grade import grade_and_record
from checker.judge.jail import Jail
from checker.judge.launch import Sandbox
from checker.report import BACKENDS, ExerciseReport
from checker.submission import Source
from checker.sweep import journal
from checker.sweep.collect import Handed, digest
from checker.sweep.flags import find_flags
from checker.sweep.journal import Entry, Journal, Plan, Verdict
from checker.sweep.results import ExerciseInfo, Isolation

_KIT: Final = ("protocol.py", "report.py", "recording.py", "judge", "sandbox")
"""What of the kit a verdict hangs on."""


@dataclass(frozen=True)
class Batch:
    """What is judged in one sandbox: exercises of one student, each with its key."""

    number: int
    work: tuple[tuple[str, Exercise, Source], ...]


@dataclass(frozen=True)
class Judged:
    key: str
    verdict: Verdict


def plan_sweep(
    course: Course,
    exercises: Sequence[Exercise],
    students: Sequence[Handed],
    *,
    seed: int,
    isolation: Isolation,
    strays: Sequence[str] = (),
) -> tuple[Plan, dict[str, tuple[Exercise, Source]]]:
    """What a sweep is about, and for each key what it stands for."""
    versions = versions_in_use()
    common = json.dumps([kit_digest(), versions, seed, list(BACKENDS), isolation])
    of_exercise = {exercise.name: exercise_digest(exercise) for exercise in exercises}
    meant: dict[str, tuple[Exercise, Source]] = {}
    planned = []
    for student in students:
        entries = []
        for exercise in exercises:
            source = student.sources.get(exercise.name) or Source(
                f"{exercise.name}/exercise.py", missing=True
            )
            what = digest(source) or [source.missing, source.fault, source.obstacle]
            text = json.dumps([common, of_exercise[exercise.name], exercise.name, what])
            key = hashlib.sha256(text.encode()).hexdigest()
            meant.setdefault(key, (exercise, source))
            text = source.content.decode("utf-8", "replace")
            entries.append(Entry(key, text, digest(source), find_flags(source.content)))
        planned.append(
            journal.Handed(
                student.name,
                student.group,
                bool(student.sources),
                student.handed_in,
                tuple(student.problems),
                tuple(entries),
            )
        )
    infos = tuple(ExerciseInfo(e.name, e.title, e.max_points) for e in exercises)
    return Plan(seed, isolation, versions, infos, tuple(planned), tuple(strays)), meant


def batches(
    plan: Plan, meant: Mapping[str, tuple[Exercise, Source]], known: Iterable[str]
) -> list[Batch]:
    """What is left to judge: each key once. What several students have is judged by itself, where
    nothing that one of them handed in beside it can reach it."""
    done = set(known)
    counted = Counter(key for student in plan.students for key in {e.key for e in student.entries})
    found: list[Batch] = []
    for student in plan.students:
        own = []
        for entry in student.entries:
            if entry.key not in done:
                done.add(entry.key)
                work = (entry.key, *meant[entry.key])
                if counted[entry.key] > 1:
                    found.append(Batch(len(found), (work,)))
                else:
                    own.append(work)
        if own:
            found.append(Batch(len(found), tuple(own)))
    return found


def open_sandbox(batch: Batch, jail: Jail | None, processor: int | None = None) -> Sandbox:
    """A sandbox for a batch, which warms up while its user does something else."""
    return Sandbox(processor, jail.numbered(batch.number) if jail is not None else None)


def judge_batch(batch: Batch, sandbox: Sandbox, seed: int) -> Iterator[Judged]:
    """Judge a batch in its own sandbox."""
    with sandbox:
        for key, exercise, source in batch.work:
            report, recordings = grade_and_record(exercise, source, sandbox=sandbox, seed=seed)
            yield Judged(key, Verdict(report, recordings))


def judge_all(
    work: Sequence[Batch],
    *,
    seed: int,
    jail: Jail | None,
    jobs: int,
    keep: Callable[[Judged], None],
) -> None:
    """Judge batches, `jobs` at a time, and `keep` each verdict as it comes, on the caller's thread.

    Raises what `keep` raises, at once; what was kept stays kept.
    """
    waiting: queue.SimpleQueue[Batch] = queue.SimpleQueue()
    for batch in work:
        waiting.put(batch)
    found: queue.SimpleQueue[Judged | BaseException | None] = queue.SimpleQueue()
    stop = threading.Event()
    # A job is the work of one processor: a run and its judge wake each other all the time, and
    # whoever asks for one job wants the other processors left alone.
    processors: list[int | None] = [None]
    if sys.platform == "linux":
        processors = [*sorted(os.sched_getaffinity(0))]

    def next_one(processor: int | None) -> tuple[Batch, Sandbox] | None:
        try:
            batch = waiting.get_nowait()
        except queue.Empty:
            return None
        return batch, open_sandbox(batch, jail, processor)

    def labour(processor: int | None) -> None:
        try:
            if processor is not None:
                os.sched_setaffinity(0, {processor})  # Of this thread alone.
            following = next_one(processor)
            while following is not None and not stop.is_set():
                batch, sandbox = following
                # The next sandbox warms up while this one is in use.
                following = next_one(processor)
                for judged in judge_batch(batch, sandbox, seed):
                    found.put(judged)
                    if stop.is_set():
                        break
            if following is not None:
                following[1].close()
            found.put(None)
        except BaseException as error:
            found.put(error)

    count = min(jobs, len(work))
    for number in range(count):
        processor = processors[number % len(processors)]
        # A daemon, so that who gives up does not wait for a run that hangs.
        threading.Thread(target=labour, args=(processor,), daemon=True).start()
    try:
        while count:
            judged = found.get()
            if judged is None:
                count -= 1
            elif isinstance(judged, BaseException):
                raise judged
            else:
                keep(judged)
    finally:
        stop.set()


@dataclass(frozen=True)
class Tally:
    """How far a sweep is, in verdicts."""

    total: int
    done: int = 0
    passed: int = 0
    failed: int = 0
    not_graded: int = 0

    def with_report(self, report: ExerciseReport) -> "Tally":
        return Tally(
            self.total,
            self.done + 1,
            self.passed + (report.status == "passed"),
            self.failed + (report.status in ("failed", "not_started")),
            self.not_graded + (report.status == "not_graded"),
        )


def sweep(
    out: Journal,
    plan: Plan,
    meant: Mapping[str, tuple[Exercise, Source]],
    *,
    jail: Jail | None,
    jobs: int,
    rerun: bool = False,
    progress: Callable[[Tally], None] = lambda tally: None,
    judge: Callable[..., None] = judge_all,
) -> Tally:
    """Judge what has no verdict yet in `out`; all of it, with `rerun`. The last tally."""
    out.begin(plan)
    known = set() if rerun else out.known([*meant])
    work = batches(plan, meant, known)
    tally = Tally(sum(len(batch.work) for batch in work))
    progress(tally)

    def keep(judged: Judged) -> None:
        nonlocal tally
        out.keep(judged.key, judged.verdict)
        tally = tally.with_report(judged.verdict.report)
        progress(tally)

    if work:
        judge(work, seed=plan.seed, jail=jail, jobs=jobs, keep=keep)
    return tally


# --- what verdicts hang on ----------------------------------------------------------------------


@cache
def kit_digest() -> str:
    folder = Path(checker.__file__).parent
    files = sorted(
        file
        for name in _KIT
        for file in ([folder / name] if name.endswith(".py") else (folder / name).rglob("*.py"))
    )
    whole = hashlib.sha256()
    for file in files:
        whole.update(
            file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0"
        )
    return whole.hexdigest()


def exercise_digest(exercise: Exercise) -> str:
    whole = hashlib.sha256()
    for content in (
        (exercise.folder / "checks.py").read_bytes(),
        exercise.driver or b"",
        exercise.starter,
        exercise.title.encode(),
    ):
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def versions_in_use() -> dict[str, str]:
    return {
        "tasklings": metadata.version("tasklings"),
        "python": platform.python_version(),
        "anyio": metadata.version("anyio"),
        "trio": metadata.version("trio"),
    }
