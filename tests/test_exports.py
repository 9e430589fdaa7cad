"""Each export holds what its consumer reads, and nothing that a student wrote does anything there."""

import argparse
import csv
import io
import json
import os
import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import cli
from checker.cli import export_command
from checker.recording import Print, Recording
from checker.report import (
    BACKENDS,
    CheckReport,
    Status,
    encode_json,
    summarize_exercise,
    summarize_submission,
)
from checker.sweep import book
from checker.sweep.exports import (
    FORMATS,
    REPORT_FORMATS,
    encode_cohort,
    encode_students,
    file_name,
    file_names,
    write_report,
)
from checker.sweep.exports import github as github_format
from checker.sweep.journal import JournalError
from checker.sweep.marks import Deadline, Rules
from checker.sweep.results import Cohort, Correction, ExerciseInfo, Flag, Student, Work

DUE = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def check(
    name: str, status: Status = "passed", points: int = 2, message: str = "", **more
) -> tuple[CheckReport, ...]:
    """The reports of one check on both backends."""
    fields = {"file": "exercises/c/one/exercise.py", "line": 19, "replay": "t0ken", **more}
    if status == "passed":
        fields |= {"line": None, "replay": ""}
    return tuple(
        CheckReport(name, f"Title of {name}", backend, status, points, message, **fields)
        for backend in BACKENDS
    )


def work(name: str, *checks: tuple[CheckReport, ...], started=True, **more) -> Work:
    reports = tuple(report for pair in checks for report in pair)
    report = summarize_exercise(name, f"Title of {name}", reports, started=started)
    return Work(report, "print('hi')\n", "d1" * 32, **more)


def cohort(*students: Student) -> Cohort:
    infos = {
        work.report.name: ExerciseInfo(work.report.name, "T", work.report.max_points)
        for student in students
        for work in student.works
    }
    versions = {"kit": "0.1.0", "python": "3.11"}
    return Cohort(7, "process", versions, tuple(infos.values()), tuple(students))


def student(name: str, *works: Work, handed_in: float | None = None, **more) -> Student:
    fields = {"group": "g", "submitted": True, "problems": (), **more}
    return Student(name=name, handed_in=handed_in, works=works, **fields)


GOOD = work("c/one", check("first"), check("second", points=3))
BAD = work(
    "c/one",
    check("first"),
    check("second", "failed", 3, "it took 4 s, not 1 s\nTry: overlap them"),
    flags=(Flag(1, "imports ctypes"),),
)
LOST = work("c/one", check("first"), check("second", "not_graded", 3, "out of memory"))
SHIPPED = work("c/one", check("first"), check("second", "failed", 3, "nothing came"), started=False)

EVERYBODY = cohort(
    student("ada", GOOD, handed_in=DUE.timestamp()),
    student("bob", BAD, handed_in=DUE.timestamp() + 1),
    student("eve", LOST),
    student("sam", SHIPPED),
    student("zoe", submitted=False),
)


def one_each(format: str, rules: Rules | None = None, of: Cohort = EVERYBODY) -> dict[str, bytes]:
    return encode_students(format, of, rules or Rules())


def table(format: str, rules: Rules | None = None, of: Cohort = EVERYBODY) -> list[list[str]]:
    text = encode_cohort(format, of, rules or Rules()).decode("utf-8")
    return list(csv.reader(io.StringIO(text), strict=True))


# --- Tables -------------------------------------------------------------------------------------


def test_a_table_has_a_row_a_student_and_a_column_an_exercise():
    header, *rows = table("csv")
    assert header[:5] == ["student", "group", "submitted", "handed in (UTC)", "c/one"]
    assert [row[0] for row in rows] == ["ada", "bob", "eve", "sam", "zoe"]
    assert [row[4] for row in rows] == ["5", "2", "", "0", "0"]
    by_name = dict(zip(header, rows[0], strict=True))
    assert by_name["handed in (UTC)"] == "2026-03-01 23:59:00"
    assert by_name["final points"] == "5"


def test_what_could_not_be_judged_is_an_empty_cell_and_no_0_in_every_table():
    for format in ("csv", "canvas", "moodle"):
        header, *rows = table(format)
        eve = next(row for row in rows if row[0] == "eve")
        by_name = dict(zip(header, eve, strict=True))
        assert by_name["c/one"] == ""
        total = "final points" if format == "csv" else "Tasklings total"
        assert by_name[total] == ""


def test_canvas_gets_the_columns_that_it_wants_and_the_points_possible_in_the_second_row():
    header, possible, *rows = table("canvas")
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert header[5:] == ["c/one", "Tasklings total"]
    assert possible[0].strip() == "Points Possible"
    assert possible[5:] == ["5", "5"]
    assert rows[0] == ["ada", "", "", "ada", "g", "5", "5"]


def test_moodle_gets_who_it_is_then_the_grades():
    header, *rows = table("moodle")
    assert header == [
        *("Username", "Identifier", "Group", "c/one", "Tasklings total", "Tasklings feedback")
    ]
    assert rows[0] == ["ada", "", "g", "5", "5", ""]


def test_lateness_is_taken_off_in_every_table():
    rules = Rules(deadline=Deadline(due=DUE, percent_a_day=Decimal(25)))
    _, _, bob, *_ = table("csv", rules)
    assert bob[5:11] == ["2", "5", "40", "1", "25", "1.5"]
    assert table("canvas", rules)[3][5:] == ["1.5", "1.5"]
    late = "handed in 1 day late, which takes 25 % off"
    assert table("moodle", rules)[2][3:] == ["1.5", "1.5", late]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "\u200e=1", "\n=1"]


@pytest.mark.parametrize("format", ["csv", "canvas", "moodle"])
@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_is_taken_for_a_formula(format, name):
    spoilt = student(name, GOOD, group=name, problems=(name,))
    for row in table(format, of=cohort(spoilt)):
        for value in row:
            assert not value.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_a_name_that_is_written_with_joiners_stays_as_it_is():
    assert table("csv", of=cohort(student("علی\u200cرضا", GOOD)))[1][0] == "علی\u200cرضا"


# --- JSON ---------------------------------------------------------------------------------------


def test_json_holds_marks_and_reports_but_no_sources():
    data = json.loads(encode_cohort("json", EVERYBODY, Rules()))
    assert data["schema"] == "checker/cohort/v1"
    assert list(data) == [
        *("schema", "seed", "isolation", "versions", "exercises", "students", "strays"),
    ]
    ada, bob, eve, *_ = data["students"]
    assert ada["mark"] == {
        "points": 5,
        "max_points": 5,
        "percentage": 100,
        "days_late": 0,
        "penalty": 0,
        "final": 5,
        "not_graded": [],
        "corrections": [],
    }
    assert bob["works"][0]["flags"] == [{"line": 1, "what": "imports ctypes"}]
    assert bob["works"][0]["report"]["status"] == "failed"
    assert (eve["mark"]["final"], eve["mark"]["not_graded"]) == (None, ["c/one"])
    assert "print('hi')" not in json.dumps(data)


# --- JUnit --------------------------------------------------------------------------------------


def test_junit_has_a_suite_a_student_and_a_case_a_check_and_backend():
    root = ET.fromstring(encode_cohort("junit", EVERYBODY, Rules()))
    assert root.tag == "testsuites"
    assert [suite.get("name") for suite in root] == ["ada", "bob", "eve", "sam", "zoe"]
    for suite in root:
        assert suite.tag == "testsuite"
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(count)) == sum(case.find(tag) is not None for case in cases)
        for case in cases:
            assert {"classname", "name", "time"} <= set(case.attrib)
            assert len(case) <= 1
    names = [case.get("name") for case in root[0].findall("testcase")]
    assert names == [f"{name}[{backend}]" for name in ("first", "second") for backend in BACKENDS]
    assert [[suite.get(c) for c in ("failures", "errors", "skipped")] for suite in root] == [
        ["0", "0", "0"],
        ["2", "0", "0"],
        ["0", "2", "0"],
        ["0", "0", "4"],
        ["0", "0", "1"],
    ]


# --- Gradescope ---------------------------------------------------------------------------------


def test_gradescope_gets_the_fields_that_it_knows_with_values_that_it_knows():
    rules = Rules(visibility={"default": "after_due_date", "second": "hidden"})
    for name, content in one_each("gradescope", rules).items():
        data = json.loads(content)
        assert set(data) <= {
            *("score", "execution_time", "output", "output_format", "test_output_format"),
            *("test_name_format", "visibility", "stdout_visibility", "extra_data", "tests"),
            "leaderboard",
        }
        assert ("score" in data) == (name != "eve.json")
        assert isinstance(data.get("score", 0), int | float)
        assert data["visibility"] == "after_due_date"
        assert data["stdout_visibility"] in VISIBILITIES
        for test in data["tests"]:
            assert set(test) <= {
                *("score", "max_score", "status", "name", "name_format", "number", "output"),
                *("output_format", "tags", "visibility", "extra_data"),
            }
            assert test["visibility"] in VISIBILITIES
            assert test.get("status") in (None, "passed", "failed")
            assert isinstance(test["number"], str)
    tests = json.loads(one_each("gradescope", rules)["bob.json"])["tests"]
    assert [test["visibility"] for test in tests] == ["after_due_date", "hidden"]
    assert [(t["status"], t["score"], t["max_score"]) for t in tests] == [
        ("passed", 2, 2),
        ("failed", 0, 3),
    ]
    assert "checker run one --replay t0ken" in tests[1]["output"]


def test_gradescope_is_told_what_could_not_be_judged_and_gets_no_score_for_it():
    data = json.loads(one_each("gradescope")["eve.json"])
    assert data["extra_data"]["not_graded"] == ["c/one"]
    assert "no fault of yours" in data["output"]
    lost = data["tests"][1]
    assert {"score", "max_score", "status"}.isdisjoint(lost)
    assert lost["output"].startswith("not graded: ")
    # Without any score Gradescope says that the autograder failed, and gives no mark.
    assert "score" not in data
    assert not any("score" in test for test in data["tests"])


def test_the_total_on_gradescope_is_the_mark_and_its_output_tells_no_points():
    rules = Rules(deadline=Deadline(due=DUE, percent_a_day=Decimal(25)))
    data = json.loads(one_each("gradescope", rules)["bob.json"])
    assert data["score"] == 1.5
    assert data["output"] == "handed in 1 day late, which takes 25 % off"


# --- Exercism -----------------------------------------------------------------------------------


def test_exercism_gets_version_3_with_the_tests_in_order_and_statuses_that_it_knows():
    for content in one_each("exercism").values():
        data = json.loads(content)
        assert data["version"] == 3
        assert data["status"] in {"pass", "fail", "error"}
        assert (data["message"] is not None) == (data["status"] == "error")
        for test in data["tests"]:
            assert set(test) <= {"name", "status", "message", "output", "test_code", "task_id"}
            assert test["status"] in {"pass", "fail", "error"}
    statuses = {name: json.loads(c)["status"] for name, c in one_each("exercism").items()}
    assert statuses == {
        "ada.json": "pass",
        "bob.json": "fail",
        "eve.json": "fail",
        "sam.json": "fail",
        "zoe.json": "error",
    }
    tests = json.loads(one_each("exercism")["bob.json"])["tests"]
    assert [test["name"] for test in tests] == ["Title of first", "Title of second"]


def test_exercism_is_told_an_error_where_no_test_could_be_run():
    said = "importing it raised SyntaxError"
    first, other = check("a", "failed", 1, said), check("b", "failed", 1, said, replay="")
    broken = work("c/one", first, other)
    (content,) = one_each("exercism", of=cohort(student("ada", broken))).values()
    assert json.loads(content) == {"version": 3, "status": "error", "message": said, "tests": []}


def test_checks_that_fail_alike_when_they_are_run_are_tests_that_fail():
    for names in ("a", "ab"):
        wrong = work("c/one", *(check(name, "failed", 1, "it hangs") for name in names))
        (content,) = one_each("exercism", of=cohort(student("ada", wrong))).values()
        assert json.loads(content)["status"] == "fail"


def test_the_output_of_a_test_is_what_was_printed_and_at_most_500_characters():
    def output(text: str) -> str:
        recording = Recording(
            *("c/one", "Title", "Title of second", "trio", "t0ken", False, "", "exercise.py", ""),
            *(1.0, (), (), (Print(0.0, text),)),
        )
        spoilt = work("c/one", check("second", "failed", 3, "no"), recordings=(recording,))
        (content,) = one_each("exercism", of=cohort(student("ada", spoilt))).values()
        return json.loads(content)["tests"][0]["output"]

    assert output("hello") == "hello"
    assert output("x" * 500) == "x" * 500
    assert len(output("x" * 501)) == 500
    assert output("x" * 501).endswith("Output was truncated. Please limit to 500 chars.")
    assert len(output("\x1b" * 400)) == 500


# --- Classroom 50 -------------------------------------------------------------------------------


def test_classroom_50_gets_every_field_and_whole_points(monkeypatch):
    monkeypatch.delenv("SUBMISSION_TAG", raising=False)
    rules = Rules(deadline=Deadline(due=DUE, percent_a_day=Decimal(25)))
    for name, content in one_each("classroom50", rules).items():
        data = json.loads(content)
        assert list(data) == [
            *("schema", "classroom", "assignment", "assignment_type", "owner", "submission"),
            *("commit", "release", "review", "datetime", "graded_at", "score", "max-score"),
            "tests",
        ]
        assert data["schema"] == "classroom50/result/v1"
        assert data["submission"].startswith("submit/")
        for field in ("classroom", "assignment", "owner", "commit", "release", "review"):
            assert data[field]
        for field in ("datetime", "graded_at"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data[field])
        assert type(data["max-score"]) is int
        if name == "eve.json":
            assert data["score"] is None
        else:
            assert type(data["score"]) is int
            assert 0 <= data["score"] <= data["max-score"]
        for test in data["tests"]:
            assert set(test) == {"test-name", "passed", "score", "max-score"}
            assert test["test-name"]
            assert type(test["passed"]) is bool
            assert type(test["score"]) is type(test["max-score"]) is int
            assert 0 <= test["score"] <= test["max-score"]
    bob = json.loads(one_each("classroom50", rules)["bob.json"])
    assert (bob["owner"], bob["classroom"], bob["score"]) == ("bob", "g", 2)  # 1.5, rounded up.
    assert bob["datetime"] == "2026-03-01T23:59:01Z"


def test_in_the_runner_of_classroom_50_its_variables_say_where_the_work_comes_from(monkeypatch):
    for name, value in {
        "SUBMISSION_TAG": "submit/2026-01",
        "CLASSROOM": "cs1",
        "ASSIGNMENT": "hw",
        "OWNER": "octo",
        "COMMIT_URL": "a-commit",
    }.items():
        monkeypatch.setenv(name, value)
    data = json.loads(one_each("classroom50")["ada.json"])
    assert (data["classroom"], data["assignment"], data["owner"]) == ("cs1", "hw", "octo")
    assert (data["submission"], data["commit"]) == ("submit/2026-01", "a-commit")
    assert data["review"] == "a-commit"


# --- GitHub -------------------------------------------------------------------------------------


def annotations(one: Student, rules: Rules | None = None) -> list[str]:
    (result,) = cohort(one).results
    text = github_format.annotations(result, rules or Rules()).decode("utf-8")
    assert text == "" or text.endswith("\n")
    return text.splitlines()


COMMAND = re.compile(
    r"::(error|warning) ((?:file|line|title)=[^:,]*(?:,(?:line|title)=[^:,]*)*)::(.*)"
)


def test_an_annotation_names_the_file_and_the_line_and_says_the_message_on_one_line():
    (line,) = annotations(student("bob", BAD))
    assert line == (
        "::error file=exercises/c/one/exercise.py,line=19,title=Title of second"
        "::it took 4 s, not 1 s%0ATry: overlap them"
    )


def test_what_could_not_be_judged_is_a_warning_and_what_is_not_started_is_nothing():
    assert [line.partition(" ")[0] for line in annotations(student("eve", LOST))] == ["::warning"]
    assert annotations(student("sam", SHIPPED)) == []


def test_what_all_checks_say_alike_is_said_once():
    broken = work("c/one", *(check(name, "failed", 1, "no such name") for name in "ab"))
    assert len(annotations(student("bob", broken))) == 1


def test_a_message_is_escaped_so_that_it_is_no_command():
    spoilt = work(
        "c/one", check("a"), check("b", "failed", 1, "100 %\n::set-env::x\r:::", line=None)
    )
    (line,) = annotations(student("bob", spoilt))
    assert COMMAND.fullmatch(line)
    assert "100 %25%0A" in line
    assert line.count("::") == 2


def test_what_students_may_not_see_yet_is_in_no_annotation_and_no_summary():
    rules = Rules(visibility={"second": "after_due_date"})
    (line,) = annotations(student("bob", BAD), rules)
    assert "not shown yet" in line
    for format in ("github", "exercism"):
        content = one_each(format, rules)[f"bob{FORMATS[format].suffix}"].decode()
        assert "it took 4 s" not in content
        assert "not shown yet" in content


def test_the_summary_is_a_table_with_what_failed_checks_saw():
    text = one_each("github")["bob.md"].decode()
    assert text.startswith("## 0 of 1 passed, 2 of 5 points\n")
    assert "| c/one | ❌ failed | 2 of 5 |" in text
    assert "```text\nit took 4 s, not 1 s\nTry: overlap them\n" in text


def test_nothing_in_a_message_can_end_the_block_that_it_stands_in():
    spoilt = work("c/one", check("a", "failed", 1, "`````\n<img src=x>\n# boo"))
    (content,) = one_each("github", of=cohort(student("bob", spoilt))).values()
    assert content.decode().count("\n``````") == 2


# --- One submission -----------------------------------------------------------------------------


def written(format: str, *works: Work) -> bytes:
    report = summarize_submission(7, tuple(work.report for work in works))
    stream = io.BytesIO()
    write_report(format, report, {"exercises/c/one/exercise.py": b"\xff"}, stream)
    return stream.getvalue()


def test_the_json_of_a_report_is_the_same_as_that_of_grade():
    assert written("json", BAD) == encode_json(summarize_submission(7, (BAD.report,)))


@pytest.mark.parametrize("format", REPORT_FORMATS)
def test_every_format_of_a_report_can_be_written_of_one_submission(format):
    assert written(format, BAD)


def test_the_summary_goes_to_the_file_that_github_names(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("before\n")
    assert written("github", BAD).startswith(b"::error ")
    assert (tmp_path / "summary.md").read_text().startswith("before\n## 0 of 1 passed")


def test_the_formats_that_grade_offers_are_those_of_a_report():
    from checker.cli import grade_command

    parser = argparse.ArgumentParser()
    grade_command.add_arguments(parser)
    (option,) = (a for a in parser._actions if "--format" in a.option_strings)
    assert set(option.choices) == {"text", *REPORT_FORMATS}


def test_what_ran_on_one_backend_alone_is_no_pass():
    alone = work("c/one", check("first")[:1])
    data = json.loads(written("gradescope", alone))
    assert "score" not in data["tests"][0]
    assert data["score"] == 0


# --- Whatever students write --------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    ["\x00", "\ud800", "\x1b[2J", "\u202eabc", "\ufffe", "]]>", "&<\"'", "'; --", "../../etc", "::"]
)

DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def spoilt_cohort(name: str, message: str) -> Cohort:
    spoilt = work(
        "c/one",
        check("first", "failed", 1, message, file=name),
        check("second", "failed", 1, message + ".", line=None),
    )
    return cohort(student(name, spoilt, group=name, problems=(message,)), student("ok", GOOD))


@pytest.mark.parametrize("format", sorted(FORMATS))
@given(name=ANY_TEXT, message=ANY_TEXT)
def test_any_text_in_names_and_messages_yields_a_well_formed_and_harmless_file(
    format, name, message
):
    everybody = spoilt_cohort(name, message)
    if FORMATS[format].one_each:
        contents = list(encode_students(format, everybody, Rules()).values())
    else:
        contents = [encode_cohort(format, everybody, Rules())]
    for content in contents:
        text = content.decode("utf-8")
        if FORMATS[format].suffix == ".csv":
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            assert len({len(row) for row in rows}) == 1
            assert len(rows) == len(everybody.students) + (2 if format == "canvas" else 1)
            text = text.replace("\r\n", "\n")
        elif FORMATS[format].suffix == ".json":
            data = json.loads(text)
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        elif FORMATS[format].suffix == ".xml":
            ET.fromstring(content)
        assert not DANGEROUS.search(text)


@given(name=ANY_TEXT, message=ANY_TEXT)
def test_any_text_yields_annotations_of_one_command_a_line(name, message):
    one = spoilt_cohort(name, message).students[0]
    for line in annotations(one):
        assert COMMAND.fullmatch(line)
        assert not DANGEROUS.search(line)


@given(st.lists(ANY_TEXT, unique=True, max_size=8))
def test_the_file_of_a_student_is_safe_and_its_own_even_where_case_does_not_count(names):
    files = [file_name(name, ".json") for name in names]
    assert len({file.lower() for file in files}) == len(names)
    for file in files:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,80}\.json", file)


def test_two_names_that_share_the_beginning_of_a_digest_have_a_file_each():
    names = ["maxIMiliAnSChroeDERlOvelace", "MaXIMIliansCHROEdeRlovelace"]
    assert len({file_name(name, ".html") for name in names}) == 2


def test_if_two_names_had_one_digest_their_files_would_be_numbered(monkeypatch):
    monkeypatch.setattr("checker.sweep.exports.file_name", lambda student, suffix: f"same{suffix}")
    assert file_names(["ada", "ben", "cem"], ".html") == {
        "ada": "same.html",
        "ben": "same-2.html",
        "cem": "same-3.html",
    }


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("ada", r"ada\.json"),
        ("Ada", r"ada-[0-9a-f]{40}\.json"),
        ("../../etc/passwd", r"etc-passwd-[0-9a-f]{40}\.json"),
        ("con", r"con-[0-9a-f]{40}\.json"),
        ("", r"[0-9a-f]{40}\.json"),
        ("ada-" + "0123456789" * 4, r"ada-012345678901234567890123456789012345-[0-9a-f]{40}\.json"),
    ],
)
def test_a_name_that_is_simple_stays_and_any_other_gets_a_digest(name, pattern):
    assert re.fullmatch(pattern, file_name(name, ".json"))


# --- checker export -----------------------------------------------------------------------------


@pytest.fixture
def export(monkeypatch, tmp_path):
    """`checker export OUT`, where the sweep in OUT found `EVERYBODY`."""

    def read_cohort(out):
        if not out.is_dir():
            raise JournalError(f"{out} holds no sweep")
        return EVERYBODY

    monkeypatch.setattr(book, "read_cohort", read_cohort)
    monkeypatch.setitem(cli.COMMANDS, "export", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep").mkdir()
    return lambda *words: cli.main(["export", *map(str, words)])


def test_a_table_is_printed_or_written_whole(export, tmp_path, capfdbinary):
    expected = encode_cohort("csv", EVERYBODY, Rules())
    assert export("sweep", "--to", "csv") == cli.PASSED
    assert capfdbinary.readouterr().out == expected
    (tmp_path / "marks.csv").write_text("an older one")
    (tmp_path / "marks.csv").chmod(0o600)
    assert export("sweep", "--to", "csv", "-o", "marks.csv") == cli.PASSED
    assert (tmp_path / "marks.csv").read_bytes() == expected
    assert (tmp_path / "marks.csv").stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(tmp_path)) == ["marks.csv", "sweep"]


def test_a_file_a_student_goes_into_a_folder(export, tmp_path):
    assert export("sweep", "--to", "gradescope", "-o", "out/results") == cli.PASSED
    assert sorted(os.listdir(tmp_path / "out/results")) == [
        f"{name}.json" for name in ("ada", "bob", "eve", "sam", "zoe")
    ]


def test_a_link_stays_a_link_to_what_was_written(export, tmp_path):
    (tmp_path / "link.csv").symlink_to("marks.csv")
    assert export("sweep", "--to", "csv", "-o", "link.csv") == cli.PASSED
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "marks.csv").read_bytes() == encode_cohort("csv", EVERYBODY, Rules())


def test_a_device_is_written_to_and_not_replaced(export):
    assert export("sweep", "--to", "csv", "-o", os.devnull) == cli.PASSED
    assert not os.path.isfile(os.devnull)


def test_the_rules_of_a_file_are_used_and_names_that_nobody_has_are_told(
    export, tmp_path, capfdbinary
):
    (tmp_path / "rules.toml").write_text("partial_credit = false\n[weights]\ncc = 2\n")
    assert export("sweep", "--to", "csv", "--rules", "rules.toml") == cli.PASSED
    shown = capfdbinary.readouterr()
    assert shown.out == encode_cohort("csv", EVERYBODY, Rules(partial_credit=False))
    assert b"[weights] names 'cc', and there is no such chapter" in shown.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--to", "csv"], "nowhere holds no sweep"),
        (["sweep", "--to", "gradescop"], "did you mean gradescope?"),
        (["sweep", "--to", "xls"], "there are csv, json, junit"),
        (["sweep"], "--to"),
        (["sweep", "--to", "gradescope"], "say in which folder"),
        (["sweep", "--to", "csv", "-o", "sweep"], "is a folder; name a file in it"),
        (["sweep", "--to", "csv", "-o", "no/where.csv"], "no/where.csv cannot be written to"),
        (["sweep", "--to", "exercism", "-o", "file"], "file cannot be written to"),
        (["sweep", "--to", "csv", "--rules", "nothing.toml"], "nothing.toml: No such file"),
        (["sweep", "--to", "csv", "--rules", "file"], "the keys are partial_credit"),
    ],
)
def test_an_export_that_cannot_be_made_exits_2_says_why_and_leaves_nothing(
    export, tmp_path, capsys, words, said
):
    (tmp_path / "file").write_text("x = 1\n")
    try:
        code = export(*words)
    except SystemExit as ended:  # What argparse finds.
        code = ended.code
    assert code == cli.UNUSABLE
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""
    assert sorted(os.listdir(tmp_path)) == ["file", "sweep"]


def test_nothing_is_overwritten_when_something_cannot_be_written(export, tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/ada.json").write_text("an older one")

    def full(self, mode):
        if len(os.listdir(self.parent)) > 2:
            raise OSError(28, "No space left on device")
        return open(self, mode)

    monkeypatch.setattr(export_command.Path, "open", full)
    assert export("sweep", "--to", "exercism", "-o", "results") == cli.UNUSABLE
    monkeypatch.undo()
    assert os.listdir(tmp_path / "results") == ["ada.json"]
    assert (tmp_path / "results/ada.json").read_text() == "an older one"


def test_the_help_shows_every_format(capsys):
    for name, format in FORMATS.items():
        assert f"  {name} " in export_command._EPILOG
        assert format.purpose in export_command._EPILOG


# --- Marks that are missing, and marks given by hand -----------------------------------------------

UNREAD = cohort(
    student("ada", GOOD),
    student("kim", submitted=False, unread="kim.rar", problems=("kim.rar is not read",)),
    student("zoe", submitted=False),
)


@pytest.mark.parametrize("format", ["csv", "canvas", "moodle"])
def test_what_could_not_be_read_is_an_empty_cell_and_who_handed_in_nothing_has_0(format):
    kim, zoe = table(format, of=UNREAD)[-2:]
    header = table(format, of=UNREAD)[0]
    marks = [n for n, name in enumerate(header) if name in ("c/one", "Tasklings total")]
    marks += [n for n, name in enumerate(header) if name in ("points", "percent", "final points")]
    assert [kim[n] for n in marks] == [""] * len(marks)
    assert [zoe[n] for n in marks] == ["0"] * len(marks)


def test_what_could_not_be_read_has_no_mark_in_any_other_format():
    data = json.loads(encode_cohort("json", UNREAD, Rules()))["students"][1]
    assert (data["mark"]["final"], data["mark"]["percentage"]) == (None, None)
    suite = ET.fromstring(encode_cohort("junit", UNREAD, Rules()))[1]
    found = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert found["final_points"] == ""
    assert len(suite.findall("testcase/error")) == 1
    assert "score" not in json.loads(one_each("gradescope", of=UNREAD)["kim.json"])
    assert json.loads(one_each("classroom50", of=UNREAD)["kim.json"])["score"] is None
    assert json.loads(one_each("exercism", of=UNREAD)["kim.json"])["status"] == "error"
    assert b"not all could be judged" in one_each("github", of=UNREAD)["kim.md"]


BY_HAND = Correction(Decimal(4), "=an old file", "C. B.", date(2026, 3, 5), "c/one")
CORRECTED = cohort(
    msgspec.structs.replace(EVERYBODY.students[1], corrections=(BY_HAND,)),
    msgspec.structs.replace(EVERYBODY.students[2], corrections=(BY_HAND,)),
)


def test_a_correction_goes_before_the_checks_and_is_told_in_every_format_that_can():
    said = "one: 4 points by hand (C. B., 2026-03-05): =an old file"
    header, bob, eve = table("csv", of=CORRECTED)
    for row in (bob, eve):
        by_name = dict(zip(header, row, strict=True))
        assert (by_name["c/one"], by_name["final points"]) == ("4", "4")
        assert by_name["corrected by hand"] == said
    assert table("canvas", of=CORRECTED)[2][5:] == ["4", "4"]
    assert table("moodle", of=CORRECTED)[1][3:] == ["4", "4", said]
    data = json.loads(encode_cohort("json", CORRECTED, Rules()))["students"][0]["mark"]
    assert data["final"] == 4
    assert data["corrections"] == [
        {
            "exercise": "c/one",
            "points": 4,
            "reason": "=an old file",
            "by": "C. B.",
            "on": "2026-03-05",
        }
    ]
    assert said in encode_cohort("junit", CORRECTED, Rules()).decode()
    gradescope = json.loads(one_each("gradescope", of=CORRECTED)["bob.json"])
    assert gradescope["score"] == 4
    assert said in gradescope["output"]
    assert b"4 points by hand" in one_each("github", of=CORRECTED)["bob.md"]


def test_the_numbers_of_canvas_and_moodle_come_back_in_their_exports():
    known = cohort(
        student("ada", GOOD, platform="canvas", number="123", attachment="456"),
        student("bob", GOOD, platform="moodle", number="77"),
    )
    assert [row[:4] for row in table("canvas", of=known)[2:]] == [
        ["ada", "123", "", ""],
        ["bob", "", "", "bob"],
    ]
    assert [row[:2] for row in table("moodle", of=known)[1:]] == [
        ["ada", ""],
        ["bob", "Participant 77"],
    ]
