"""Exercism's `results.json`, version 3: one test per check, in the order of the checks.

The whole is an `error` only if no test was run, as with a syntax error. A test has an output if a
recording of its run has prints. `task_id` is optional and left out: our checks are not tasks of a brief.

https://exercism.org/docs/building/tooling/test-runners/interface
"""

from typing import Any, Final

import msgspec

from checker.harmless import one_line, printable
from checker.sweep.exports.outcomes import CheckOutcome, outcomes
from checker.sweep.marks import Rules
from checker.sweep.results import Result, Student

MAX_OUTPUT: Final = 500
MAX_MESSAGE: Final = 65535

_CUT: Final = "\nOutput was truncated. Please limit to 500 chars."

_STATUSES: Final = {
    "passed": "pass",
    "failed": "fail",
    "not_started": "fail",
    "not_graded": "error",
}


def of_result(result: Result, rules: Rules) -> bytes:
    found = outcomes(result, rules)
    nothing_ran = _why_nothing_ran(found)
    data: dict[str, Any] = {"version": 3}
    if nothing_ran:
        data |= {"status": "error", "message": printable(nothing_ran)[:MAX_MESSAGE], "tests": []}
    else:
        tests = [_test(one, result.student, len(result.exercises) > 1) for one in found]
        passed = all(test["status"] == "pass" for test in tests)
        data |= {"status": "pass" if passed else "fail", "message": None, "tests": tests}
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def _why_nothing_ran(found: list[CheckOutcome]) -> str:
    """What keeps every test from being run, if anything does. What cannot even be imported is found
    out by the first check, which has a token for that; the others say the same, and have none."""
    if not found:
        return "there are no tests for this exercise"
    if all(one.status == "not_graded" for one in found):
        return found[0].told
    failed = all(one.status in ("failed", "not_started") for one in found)
    alike = len({one.message for one in found}) == 1
    ran = sum(bool(one.replay) for one in found)
    return found[0].told if failed and alike and ran < min(2, len(found)) else ""


def _test(one: CheckOutcome, student: Student, several: bool) -> dict[str, Any]:
    name = f"{one.exercise}: {one.title}" if several else one.title
    message = printable(one.told)
    if one.status == "not_graded":
        message = f"not graded: {message}"
    return {
        "name": one_line(name),
        "status": _STATUSES[one.status],
        "message": message or None,
        "output": _output(one, student),
    }


def _output(one: CheckOutcome, student: Student) -> str | None:
    """What the submission printed in the run that shows the failure."""
    for work in student.works:
        for recording in work.recordings:
            if (recording.exercise, recording.check) == (one.exercise, one.title):
                text = printable("\n".join(line.text for line in recording.prints))
                if len(text) > MAX_OUTPUT:
                    text = text[: MAX_OUTPUT - len(_CUT)] + _CUT
                return text or None
    return None
