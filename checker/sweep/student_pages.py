"""What is sent back to students: a page and a Markdown text for each, in what the rules let them see now.

A check that is not to be seen yet is not named, and neither are points from which it could be told: those
of its exercise, the total, what lateness takes off, and what somebody gave by hand, with the reason.

`after_due_date` is over once nobody has time left: after the last due date of all students, and after
`latest`. `after_published` is over when the instructor says so.

Canvas and Moodle take a zip file of such pages if their files are named as those that were downloaded:
- Canvas (`infer_comment_context_from_filename` in its `abstract_assignment.rb`): the name, the user's ID
  and the ID of a file that was handed in, between underscores.
- Moodle (`is_valid_filename_for_import` in `mod/assign/feedback/file/importziplib.php`): the name, the
  number of the participant, and the kind and the name of a plugin, between underscores.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import groupby
from typing import Final, NamedTuple

from markupsafe import Markup

from checker.feedback import page
from checker.harmless import fenced, markdown
from checker.sweep.book import Book
from checker.sweep.exports import file_names
from checker.sweep.exports.csv import rows_as_csv
from checker.sweep.exports.outcomes import CheckOutcome, outcomes
from checker.sweep.marks import (
    Deadline,
    Rules,
    correction_in_words,
    earned,
    lateness_in_words,
    mark,
    rounded,
)
from checker.sweep.results import Platform, Result, Student
from checker.translation import _, ngettext

__all__ = ["student_files", "uploads"]

_STATUSES: Final = {
    "passed": ("✓", _("passed")),
    "failed": ("✗", _("failed")),
    "not_graded": ("?", _("not graded")),
    "not_started": ("·", _("not started")),
}

LISTED: Final = "students.csv"


class _Exercise(NamedTuple):
    name: str
    short: str
    title: str
    status: str
    sign: str
    word: str
    points: str
    """Empty if they are not to be seen yet."""
    checks: list[CheckOutcome]
    hidden: str
    """That there are checks that are not to be seen yet; empty if there are none."""


class _Page(NamedTuple):
    """What a student may see."""

    name: str
    total: str
    late: str
    told: list[str]
    """Corrections, and what was wrong with what was handed in."""
    exercises: list[_Exercise]


def student_files(book: Book, *, published: bool, now: datetime) -> dict[str, bytes]:
    """The files of all students by name, and a table of whose is which; `published` says whether marks
    are, and `now` what time it is."""
    shown = {"visible"}
    if published:
        shown.add("after_published")
    if book.rules.deadline is not None and now > _end(book.rules.deadline):
        shown.add("after_due_date")
    template = page.environment().from_string(_file("student.html.j2"))
    style = Markup(page.parts().style + _file("student.css"))
    found: dict[str, bytes] = {}
    rows: list[list[str | int | None]] = [["student", "group", "page", "text"]]
    files_of = [file_names((s.name for s in book.cohort.students), end) for end in (".html", ".md")]
    for result in book.cohort.results:
        student = result.student
        seen = _seen(result, book.rules, shown)
        names = [files[student.name] for files in files_of]
        found[names[0]] = template.render(seen=seen, style=style, statuses=_STATUSES).encode(
            "utf-8", "replace"
        )
        found[names[1]] = _text(seen).encode("utf-8", "replace")
        rows.append([student.name, student.group, *names])
    found[LISTED] = rows_as_csv(rows)
    return found


def uploads(book: Book, pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Zip files to upload, by name: `canvas.zip` and `moodle.zip`, each for those students whose numbers
    there are known."""
    found = {}
    names = file_names((student.name for student in book.cohort.students), ".html")
    platforms: tuple[Platform, ...] = ("canvas", "moodle")
    for platform in platforms:
        students = [one for one in book.cohort.students if one.platform == platform]
        if students:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for student in students:
                    content = pages[names[student.name]]
                    # The same marks make the same file, to the byte.
                    member = zipfile.ZipInfo(_uploaded_name(student))
                    member.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(member, content)
            found[f"{platform}.zip"] = packed.getvalue()
    return found


def _uploaded_name(student: Student) -> str:
    # What is between underscores counts, so the name has none, and nothing that leads elsewhere.
    name = re.sub(r"[^\w .()-]|_", "", student.name).strip(" .") or "student"
    if student.platform == "canvas":
        return f"{name}_{student.number}_{student.attachment}_feedback.html"
    return f"{name}_{student.number}_assignsubmission_file_feedback.html"


def _end(deadline: Deadline) -> datetime:
    """When nobody has time left."""
    extensions = [*deadline.students.values(), *deadline.groups.values(), deadline.due]
    last = max(extensions)
    grace = timedelta(minutes=deadline.grace)
    if deadline.latest is not None:
        return max(last + (deadline.latest - deadline.due), last + grace)
    return last + grace


def _file(name: str) -> str:
    return files("checker.sweep").joinpath(name).read_text("utf-8")


# --- what may be seen -----------------------------------------------------------------------------


def _seen(result: Result, rules: Rules, shown: set[str]) -> _Page:
    got = mark(result, rules)
    titles = {exercise.name: exercise.title for exercise in result.exercises}
    found = {
        name: [*group]
        for name, group in groupby(outcomes(result, rules), key=lambda one: one.exercise)
    }
    exercises = []
    secret: set[str] = set()
    ever = True
    for exercise in result.exercises:
        checks = found.get(exercise.name, [])
        visible = [
            # What a starter does wrong is nobody's doing.
            replace(check, message="") if check.name and check.status == "not_started" else check
            for check in checks
            if check.visibility in shown
        ]
        hidden = len(checks) - len(visible)
        later = any(check.visibility not in (*shown, "hidden") for check in checks)
        if hidden:
            secret.add(exercise.name)
        points = earned(result.student, exercise, rules)
        status = _status(visible)
        sign, word = _STATUSES[status] if status else ("", "")
        if hidden and status == "passed":
            # What is not shown may have failed.
            status, sign, word = "", "", _("passed, as far as it is shown")
        exercises.append(
            _Exercise(
                exercise.name,
                exercise.name.partition("/")[2],
                titles[exercise.name],
                *(status, sign, word),
                _of(str(points), exercise.max_points) if points is not None and not hidden else "",
                visible,
                _not_shown(hidden, later=later),
            )
        )
        ever = ever and (later or not hidden)
    return _Page(
        result.student.name,
        _total(result, rules, whole=not secret, ever=ever),
        "" if secret else lateness_in_words(got),
        [
            *(
                correction_in_words(one)
                for one in got.corrections
                # One of the whole mark would tell of all that is in it.
                if (one.exercise not in secret if one.exercise else not secret)
            ),
            *result.student.problems,
        ],
        exercises,
    )


def _not_shown(hidden: int, *, later: bool) -> str:
    """That so many checks are not shown; `later` says whether some of them ever will be."""
    if not hidden:
        return ""
    if later:
        return ngettext(
            "{number} check is not shown yet", "{number} checks are not shown yet", hidden
        )
    return ngettext("{number} check is not shown", "{number} checks are not shown", hidden)


def _status(checks: list[CheckOutcome]) -> str:
    statuses = {check.status for check in checks}
    for status in ("failed", "not_graded", "not_started", "passed"):
        if status in statuses:
            return status
    return ""


def _total(result: Result, rules: Rules, *, whole: bool, ever: bool) -> str:
    got = mark(result, rules)
    if got.not_graded:
        return _("No mark yet: not everything could be judged, through no fault of yours")
    if not whole:
        return _("The mark is not shown yet") if ever else _("The mark is not shown here")
    return _of(str(rounded(got.final)), got.max_points)


def _of(points: str, most: int) -> str:
    return ngettext(
        "{points} of {number} point", "{points} of {number} points", most, points=points
    )


# --- as Markdown ----------------------------------------------------------------------------------


def _text(seen: _Page) -> str:
    lines = [f"# {markdown(_('Feedback for {name}', name=seen.name))}", ""]
    lines += [f"**{markdown(seen.total)}**", ""]
    if told := [*filter(None, [seen.late]), *seen.told]:
        lines += [*(f"- {markdown(line)}" for line in told), ""]
    for one in seen.exercises:
        lines += [f"## {markdown(one.title)}", "", f"`{one.name}`", ""]
        said = ", ".join(filter(None, [f"{one.sign} {one.word}".strip(), one.points]))
        lines += [line for line in (markdown(said), markdown(one.hidden)) if line]
        lines.append("")
        for check in one.checks:
            sign, word = _STATUSES[check.status]
            lines.append(f"- {sign} {markdown(check.title)} ({word})")
        lines.append("")
        for check in one.checks:
            if check.message:
                lines += [f"### {markdown(check.title)}", "", *fenced(check.message), ""]
                if check.replay:
                    command = f"checker run {one.short} --replay {check.replay}"
                    lines += [_("See it: {command}", command=f"`{command}`"), ""]
    return "\n".join(lines).rstrip() + "\n"
