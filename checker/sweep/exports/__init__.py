"""Sweeps and reports for the programs that graders already have: one module per format.

A module has `of_cohort` if one file holds a whole cohort, and `of_result` if a file holds the work
of one student; each makes bytes from the data of `checker/sweep/results.py` and from nothing else.
Only the module of the requested format is imported.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, count
from typing import Any, BinaryIO, Final

from checker.report import SubmissionReport
from checker.sweep.marks import Rules
from checker.sweep.results import Cohort, ExerciseInfo, Result, Student, Work

__all__ = [
    "FORMATS",
    "REPORT_FORMATS",
    "Format",
    "encode_cohort",
    "encode_students",
    "file_name",
    "file_names",
    "write_report",
]


@dataclass(frozen=True)
class Format:
    purpose: str
    """In a few words, for a list of formats."""
    suffix: str
    """What the names of its files end in."""
    one_each: bool = False
    """Whether a cohort becomes a folder with a file for each student."""
    of_report: bool = False
    """Whether it is also for one submission: see `write_report`."""


FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format("a table: a row a student, points, lateness and final points", ".csv"),
    "json": Format("everything but the sources, for programs", ".json", of_report=True),
    "junit": Format("JUnit XML, as pytest writes it, a suite a student", ".xml", of_report=True),
    "gradescope": Format("Gradescope's results.json", ".json", one_each=True, of_report=True),
    "exercism": Format(
        "an Exercism test runner's results.json", ".json", one_each=True, of_report=True
    ),
    "classroom50": Format("Classroom 50's result.json", ".json", one_each=True, of_report=True),
    "github": Format(
        "a summary in Markdown; in a workflow, annotations too",
        ".md",
        one_each=True,
        of_report=True,
    ),
    "canvas": Format("a CSV file to import into Canvas's gradebook", ".csv"),
    "moodle": Format("a CSV file to import into Moodle's gradebook", ".csv"),
}

# What a name with a digest ends in, and what Windows keeps for devices.
_TAKEN: Final = re.compile(r"(^|-)[0-9a-f]{40}$|^(con|prn|aux|nul|com\d|lpt\d)$")

REPORT_FORMATS: Final = tuple(name for name, format in FORMATS.items() if format.of_report)
"""The formats that `write_report` can write."""


def encode_cohort(name: str, cohort: Cohort, rules: Rules) -> bytes:
    """A whole cohort in one file, in a format that is not `one_each`."""
    encoded: bytes = _module(name).of_cohort(cohort, rules)
    return encoded


def encode_students(name: str, cohort: Cohort, rules: Rules) -> dict[str, bytes]:
    """A cohort in a format that is `one_each`: the files by their names."""
    module, suffix = _module(name), FORMATS[name].suffix
    names = file_names((student.name for student in cohort.students), suffix)
    return {
        names[result.student.name]: module.of_result(result, rules) for result in cohort.results
    }


def write_report(
    name: str,
    report: SubmissionReport,
    sources: Mapping[str, bytes],
    stream: BinaryIO,
    rules: Rules | None = None,
) -> None:
    """Write the report of one submission to `stream`, in one of `REPORT_FORMATS`. `sources` holds
    the submitted files by name.

    In GitHub's, what goes to the stream are the annotations; the summary is appended to the file
    that `GITHUB_STEP_SUMMARY` names, if there is one.
    """
    module, result, rules = _module(name), _result(report, sources), rules or Rules()
    encoded: bytes = module.of_result(result, rules)
    if name != "github":
        stream.write(encoded)
        return
    stream.write(module.annotations(result, rules))
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(path, "ab") as summary:
            summary.write(encoded)


def file_name(student: str, suffix: str) -> str:
    """A name for the file of a student, different for each: safe on every file system, never a path,
    and the student's own name where that is so simple that nothing else could be meant."""
    simple = re.sub(r"[^a-z0-9]+", "-", student.lower()).strip("-")[:40]
    if simple and simple == student and not _TAKEN.search(simple):
        return simple + suffix
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return f"{simple}-{digest}{suffix}".lstrip("-")


def file_names(students: Iterable[str], suffix: str) -> dict[str, str]:
    """The names of the files of students; two that would have the same are numbered, so that nobody gets
    the file of somebody else."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in students:
        tries = chain([suffix], (f"-{number}{suffix}" for number in count(2)))
        names[student] = next(
            name for end in tries if (name := file_name(student, end)) not in taken
        )
        taken.add(names[student])
    return names


def _result(report: SubmissionReport, sources: Mapping[str, bytes]) -> Result:
    """A report of which it is not known whose it is."""
    works = []
    for exercise in report.exercises:
        file = exercise.checks[0].file if exercise.checks else ""
        source = sources.get(file, b"")
        digest = hashlib.sha256(source).hexdigest() if source else ""
        works.append(Work(exercise, source.decode("utf-8", "backslashreplace"), digest))
    exercises = tuple(ExerciseInfo(e.name, e.title, e.max_points) for e in report.exercises)
    return Result(Student("submission", "", True, None, (), tuple(works)), exercises, report.seed)


def _module(name: str) -> Any:
    return import_module(f"checker.sweep.exports.{name}")
