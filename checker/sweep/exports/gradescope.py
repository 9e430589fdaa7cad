"""Gradescope's `results.json`: one test per check, with the points that it earned.

The total is the mark after weights and lateness. The rules decide what a test shows, and when: see
`visibility` there. If anything could not be judged, there is no score at all, which Gradescope takes for
an autograder that failed and not for a mark; `extra_data.not_graded` names it.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from typing import Any

import msgspec

from checker.harmless import one_line, printable
from checker.sweep.exports.json import number
from checker.sweep.exports.outcomes import CheckOutcome, outcomes
from checker.sweep.marks import Rules, correction_in_words, lateness_in_words, mark
from checker.sweep.results import Result


def of_result(result: Result, rules: Rules) -> bytes:
    got = mark(result, rules)
    tests = outcomes(result, rules)
    # No points here: with a hidden test, students may not see their total.
    said = [lateness_in_words(got), *map(correction_in_words, got.corrections)]
    said += result.student.problems
    if got.not_graded:
        said.append(
            f"{len(got.not_graded)} of {len(result.exercises)} exercises could not be judged, "
            "through no fault of yours; this is no mark yet"
        )
    data: dict[str, Any] = {} if got.not_graded else {"score": number(got.final)}
    data |= {
        "output": printable("\n".join(line for line in said if line)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": rules.visibility.get("default", "visible"),
        "stdout_visibility": "hidden",
        "extra_data": {"seed": result.seed, "not_graded": list(got.not_graded)},
        "tests": [
            _test(test, f"{number_of}", scored=not got.not_graded)
            for number_of, test in enumerate(tests, 1)
        ],
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def _test(test: CheckOutcome, number_of: str, *, scored: bool) -> dict[str, Any]:
    output = printable(test.message)
    if test.replay:
        short = test.exercise.partition("/")[2]
        output += f"\nSee it: checker run {short} --replay {test.replay}"
    data: dict[str, Any] = {
        "name": one_line(f"{test.exercise}: {test.title}"),
        "number": number_of,
        "output": output,
        "tags": [printable(test.exercise)],
        "visibility": test.visibility,
        "extra_data": {"check": printable(test.name)},
    }
    if test.status != "not_graded":
        if scored:
            data |= {"score": test.points, "max_score": test.max_points}
        data["status"] = "passed" if test.status == "passed" else "failed"
    else:
        data["output"] = f"not graded: {output}"
    return data
