"""Three outcomes that are never mixed up, and points for what passed on both backends."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.report import (
    BACKENDS,
    SCHEMA,
    CheckReport,
    ExerciseReport,
    Status,
    encode_json,
    summarize_exercise,
    summarize_submission,
)

STATUSES: tuple[Status, ...] = ("passed", "failed", "not_graded")
PAIRS = list(itertools.product(STATUSES, STATUSES))


def check(name: str, backend: str, status: Status, points: int = 1) -> CheckReport:
    message = "" if status == "passed" else "what was seen"
    return CheckReport(name, name.title(), backend, status, points, message, "exercise.py", None)


def exercise(*checks: CheckReport, started: bool = True) -> ExerciseReport:
    return summarize_exercise("chapter/name", "Title", checks, started=started)


@pytest.mark.parametrize(("on_asyncio", "on_trio"), PAIRS)
def test_a_check_earns_its_points_once_and_only_when_it_passed_on_both_backends(
    on_asyncio, on_trio
):
    report = exercise(check("a", "asyncio", on_asyncio, 3), check("a", "trio", on_trio, 3))
    assert report.points == (3 if on_asyncio == on_trio == "passed" else 0)
    assert report.max_points == 3


@pytest.mark.parametrize(("on_asyncio", "on_trio"), PAIRS)
def test_a_failure_anywhere_is_a_failure_and_what_is_not_graded_is_no_pass(on_asyncio, on_trio):
    report = exercise(check("a", "asyncio", on_asyncio), check("a", "trio", on_trio))
    if "failed" in (on_asyncio, on_trio):
        assert report.status == "failed"
    elif "not_graded" in (on_asyncio, on_trio):
        assert report.status == "not_graded"
    else:
        assert report.status == "passed"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_pass_on_one_backend_alone_earns_nothing(backend):
    assert exercise(check("a", backend, "passed", 5)).points == 0


def test_a_file_as_it_was_shipped_is_not_started_and_earns_nothing():
    checks = [check("a", backend, "passed", 2) for backend in BACKENDS]
    report = exercise(*checks, started=False)
    assert report.status == "not_started"
    assert (report.points, report.max_points) == (0, 2)
    assert report.checks == tuple(checks)


def test_without_checks_nothing_is_passed():
    assert exercise().status == "not_graded"
    assert exercise().max_points == 0


def test_the_same_check_twice_on_one_backend_is_no_pass_on_both():
    assert exercise(check("a", "trio", "passed"), check("a", "trio", "passed")).points == 0


REPORTS = st.lists(
    st.builds(
        check,
        st.sampled_from("abcd"),
        st.sampled_from(BACKENDS),
        st.sampled_from(STATUSES),
        st.just(2),
    ),
    max_size=10,
)


@given(checks=REPORTS, started=st.booleans())
def test_points_never_exceed_the_most_and_a_missing_result_is_never_a_pass(checks, started):
    report = exercise(*checks, started=started)
    assert 0 <= report.points <= report.max_points
    if report.status == "passed":
        assert {c.status for c in report.checks} == {"passed"}
    if any(c.status == "not_graded" for c in checks):
        assert report.status != "passed"


def test_a_submission_adds_its_exercises_up():
    one = exercise(*[check("a", b, "passed", 2) for b in BACKENDS])
    other = exercise(*[check("a", b, "failed", 5) for b in BACKENDS])
    report = summarize_submission(7, (one, other))
    assert (report.seed, report.points, report.max_points) == (7, 2, 7)
    assert report.exercises == (one, other)


def test_the_json_says_its_schema_first_and_all_that_the_report_holds():
    one = exercise(*[check("a", b, "failed", 2) for b in BACKENDS])
    data = json.loads(encode_json(summarize_submission(7, (one,))))
    assert next(iter(data.items())) == ("schema", SCHEMA)
    assert data["seed"] == 7
    (only,) = data["exercises"]
    assert only["name"] == "chapter/name"
    assert [c["backend"] for c in only["checks"]] == list(BACKENDS)
    assert set(only["checks"][0]) == {
        "name",
        "title",
        "backend",
        "status",
        "points",
        "seen",
        "causes",
        "notes",
        "printed",
        "advice",
        "reason",
        "topics",
        "message",
        "file",
        "line",
        "place",
        "replay",
        "tried",
        "searched",
    }


def test_the_same_report_is_the_same_bytes_and_ends_with_a_line_feed():
    def encoded() -> bytes:
        return encode_json(
            summarize_submission(7, (exercise(*[check("ä", b, "failed") for b in BACKENDS]),))
        )

    assert encoded() == encoded()
    assert encoded().endswith(b"}\n")


@given(message=st.text())
def test_whatever_a_message_holds_the_report_can_be_encoded(message):
    spoilt = CheckReport("a", "A", "trio", "failed", 1, message, "exercise.py", None)
    encode_json(summarize_submission(1, (exercise(spoilt),)))
