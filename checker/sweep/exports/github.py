"""GitHub Actions: annotations on the lines that they are about, and a summary in Markdown.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from itertools import groupby
from typing import Final

from checker.harmless import fenced, markdown, printable
from checker.sweep.exports.outcomes import CheckOutcome, outcomes
from checker.sweep.marks import Mark, Rules, correction_in_words, lateness_in_words, mark, rounded
from checker.sweep.results import Result

_WORDS: Final = {
    "passed": "✅ passed",
    "failed": "❌ failed",
    "not_started": "▫️ not started",
    "not_graded": "❔ not graded",
}


def annotations(result: Result, rules: Rules) -> bytes:
    """A line for each check that failed (an error) or could not be judged (a warning). What is not
    started has none: there is nothing to look at. What all checks of an exercise say alike is said
    once."""
    lines = []
    for _, group in groupby(outcomes(result, rules), key=lambda one: one.exercise):
        of_exercise = list(group)
        bad = [one for one in of_exercise if one.status in ("failed", "not_graded")]
        alike = len(bad) == len(of_exercise) and len({(o.told, o.line) for o in bad}) == 1
        lines += [_annotation(one) for one in (bad[:1] if alike else bad)]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def of_result(result: Result, rules: Rules) -> bytes:
    """The summary: a table of the exercises, then what each failed check saw."""
    found = outcomes(result, rules)
    lines = [f"## {markdown(_headline(result, mark(result, rules), found))}", ""]
    corrected = map(correction_in_words, mark(result, rules).corrections)
    if told := [*corrected, *result.student.problems]:
        lines += [*(f"- {markdown(line)}" for line in told), ""]
    lines += ["| exercise | | points |", "| --- | --- | ---: |"]
    for exercise, group in groupby(found, key=lambda one: one.exercise):
        of_exercise = list(group)
        points = sum(one.points for one in of_exercise)
        most = sum(one.max_points for one in of_exercise)
        lines.append(f"| {markdown(exercise)} | {_word(of_exercise)} | {points} of {most} |")
    for one in found:
        if one.status in ("failed", "not_graded"):
            lines += ["", *_details(one)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _headline(result: Result, got: Mark, found: list[CheckOutcome]) -> str:
    by_exercise = [list(group) for _, group in groupby(found, key=lambda one: one.exercise)]
    passed = sum(all(one.status == "passed" for one in group) for group in by_exercise)
    total = f"{passed} of {len(result.exercises)} passed, "
    if got.not_graded:
        return f"{total}{got.points} of {got.max_points} points so far; not all could be judged"
    late = lateness_in_words(got)
    return f"{total}{rounded(got.final)} of {got.max_points} points" + (
        f" ({late})" if late else ""
    )


def _word(of_exercise: list[CheckOutcome]) -> str:
    statuses = {one.status for one in of_exercise}
    for status in ("failed", "not_graded", "not_started"):
        if status in statuses:
            return _WORDS[status]
    return _WORDS["passed"]


def _details(one: CheckOutcome) -> list[str]:
    text = one.told
    if one.line is not None and one.told == one.message:
        text += f"\n{one.file}:{one.line}"
    shown = [f"### {markdown(f'{one.exercise}: {one.title}')}", "", *fenced(text)]
    if one.replay and one.told == one.message:
        short = one.exercise.partition("/")[2]
        shown += ["", f"See it: `checker run {short} --replay {one.replay}`"]
    return shown


def _annotation(one: CheckOutcome) -> str:
    kind = "error" if one.status == "failed" else "warning"
    properties = {"file": one.file, "line": one.line if one.line is None else str(one.line)}
    properties["title"] = one.title
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{kind} {given}::{_data(one.told)}"


def _data(text: str) -> str:
    """A message: one line, and no second command in it. There is no escape for `::` in a message, so
    its colons are set apart."""
    text = printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    while "::" in text:
        text = text.replace("::", ": :")
    return text


def _property(text: str) -> str:
    text = printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C")
