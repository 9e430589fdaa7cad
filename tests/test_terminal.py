"""What a report looks like: in a terminal, in a pipe, without colour, without Unicode."""

import io

import pytest

from checker.feedback import console
from checker.feedback.terminal import PIPE_WIDTH, Screen
from checker.report import (
    BACKENDS,
    CheckReport,
    ExerciseReport,
    Status,
    SubmissionReport,
    summarize_exercise,
    summarize_submission,
)

from .streams import Stream

pytestmark = pytest.mark.usefixtures("plain_environment")


LONG = (
    "deadlock, 1 virtual seconds in: every task waits, and nothing can ever wake one.\n"
    "  task 1 (deposit_all) waits at line 9 for its task group, where task 2 (deposit) and "
    "task 3 (deposit) still run\n"
    "  " + "x" * 300 + "\n"
    "Try: for each wait above, ask what should end it, and why that does not happen, as often as it takes"
)


def exercise(name: str, status: Status, message: str = LONG, *, started=True) -> ExerciseReport:
    checks = tuple(
        CheckReport(
            f"check_{n}",
            "No deposit is lost, in whatever order the bank replies to what it was asked for",
            backend,
            status,
            2,
            "" if status == "passed" else message,
            f"exercises/{name}/exercise.py",
            None if status == "passed" else 2,
        )
        for n in range(2)
        for backend in BACKENDS
    )
    return summarize_exercise(name, "The lost deposit", checks, started=started)


def report(*exercises: ExerciseReport) -> SubmissionReport:
    return summarize_submission(123_456_789, exercises)


NAMES = ["locks_and_limits/lost_update", "locks_and_limits/too_many_at_once", "blocking/a"]
MIXED = report(
    exercise(NAMES[0], "failed"),
    exercise(NAMES[1], "not_graded"),
    exercise("locks_and_limits/deadlock", "passed"),
    exercise(NAMES[2], "failed", started=False),
)
SOURCES = {
    f"exercises/{name}/exercise.py": b"import anyio\n    await account.write(" + b"balance, " * 30
    for name in NAMES
}


def shown(summary: SubmissionReport, stream: Stream, backends=BACKENDS, everything=True) -> str:
    console.show(Screen(stream), summary, SOURCES, backends, everything=everything)
    return stream.text()


# --- in a pipe ----------------------------------------------------------------------------------


def test_in_a_pipe_there_is_no_colour_and_no_progress():
    stream = Stream()
    screen = Screen(stream)
    screen.progress("graded 1 of 3")
    screen.clear_progress()
    assert "\x1b" not in shown(MIXED, stream)
    assert "\r" not in stream.text()


@pytest.mark.parametrize("columns", ["40", "200"])
@pytest.mark.parametrize("backends", [BACKENDS, ("trio",)])
@pytest.mark.parametrize("everything", [True, False])
def test_in_a_pipe_no_line_is_longer_than_80_columns(monkeypatch, columns, backends, everything):
    monkeypatch.setenv("COLUMNS", columns)
    for row in shown(MIXED, Stream(), backends, everything).splitlines():
        assert len(row) <= PIPE_WIDTH == 80, row


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_where_somebody_asks_for_no_more_than_ascii_there_is_no_more(monkeypatch, locale):
    monkeypatch.setenv("LC_ALL", locale)
    assert shown(MIXED, Stream("utf-8")).isascii()


def test_without_unicode_all_is_ascii():
    text = shown(MIXED, Stream("ascii"))
    assert text.isascii()
    assert "x asyncio" in text
    assert "+ trio" in text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_no_encoding_makes_a_report_fail(encoding):
    message = "snowman ☃, surrogate \ud800, emoji 🎉, bell \x07"
    assert shown(report(exercise(NAMES[0], "failed", message)), Stream(encoding))


def test_the_encoding_may_be_unknown():
    stream = io.StringIO()
    assert stream.encoding is None
    Screen(stream).line("✓ passed")
    assert stream.getvalue() == "+ passed\n"


# --- in a terminal ------------------------------------------------------------------------------


def test_in_a_terminal_there_is_colour():
    assert "\x1b[32m" in shown(MIXED, Stream(terminal=True))


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_whoever_wants_no_colour_gets_none(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert "\x1b" not in shown(MIXED, Stream(terminal=True))


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("80", 80), ("300", 100)])
def test_a_terminal_is_filled_up_to_100_columns(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    assert Screen(Stream(terminal=True)).width == width


@pytest.mark.parametrize("columns", ["1", "5", "20"])
def test_no_terminal_is_too_narrow(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert shown(MIXED, Stream(terminal=True))


def test_progress_is_written_over_itself_and_cleared():
    stream = Stream(terminal=True)
    screen = Screen(stream)
    screen.progress("graded 1 of 3")
    screen.progress("graded 2 of 3")
    screen.clear_progress()
    screen.clear_progress()
    assert stream.text() == "\r\x1b[Kgraded 1 of 3\r\x1b[Kgraded 2 of 3\r\x1b[K"


# --- what it says -------------------------------------------------------------------------------


def test_the_same_failure_of_every_check_on_both_backends_is_told_once():
    text = shown(report(exercise(NAMES[0], "failed")), Stream())
    assert "Every check fails in the same way (asyncio and trio)" in text
    assert text.count("(asyncio and trio)") == 1


def test_a_failure_shows_its_line_of_the_source():
    text = shown(report(exercise(NAMES[0], "failed")), Stream())
    assert f"exercises/{NAMES[0]}/exercise.py:2" in text
    assert "   2 | await account.write(balance" in text


def test_a_line_that_the_file_does_not_have_is_no_reason_to_fail():
    for line in (-1, 0, 10_000, 2**63):
        spoilt = CheckReport("a", "A", "trio", "failed", 1, "no", "exercise.py", line)
        summary = report(summarize_exercise(NAMES[0], "T", (spoilt,), started=True))
        assert "no" in shown(summary, Stream())


def test_what_is_not_started_is_detailed_only_when_it_was_asked_for():
    summary = report(exercise(NAMES[0], "failed", started=False))
    assert "deadlock" not in shown(summary, Stream(), everything=False)
    assert "deadlock" in shown(summary, Stream(), everything=True)


def test_the_three_outcomes_are_told_apart_in_words():
    rows = shown(MIXED, Stream(), everything=False).splitlines()
    words = {row.split()[0]: row for row in rows if row}
    assert words["lost_update"].endswith("failed")
    assert words["too_many_at_once"].endswith("not graded")
    assert words["deadlock"].endswith("passed")
    assert words["a"].endswith("not started")


def test_the_seed_is_told_so_that_a_report_can_be_made_again():
    assert "seed 123456789" in shown(MIXED, Stream())


# --- as much as a screen holds ------------------------------------------------------------------


def differing(name: str, message: str, count: int = 6) -> ExerciseReport:
    """An exercise whose checks fail, each with its own message."""
    checks = tuple(
        CheckReport(
            f"check_{n}",
            f"Promise number {n} is kept",
            backend,
            "failed",
            2,
            f"{message} {n}",
            "e.py",
            None,
        )
        for n in range(count)
        for backend in BACKENDS
    )
    return summarize_exercise(name, "The lost deposit", checks, started=True)


def on_a_screen(monkeypatch, rows: int, summary: SubmissionReport, columns: int = 80, **options):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(rows))
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Stream(terminal=True)
    console.show(Screen(stream), summary, SOURCES, BACKENDS, everything=True, **options)
    return stream.text().splitlines()


def test_a_report_that_fits_the_screen_is_whole(monkeypatch):
    rows = on_a_screen(monkeypatch, 50, report(differing(NAMES[0], "it was")))
    assert [f"    it was {n}" in rows for n in range(6)] == [True] * 6
    assert not any("--details" in row for row in rows)


def test_on_a_small_screen_the_first_check_that_fails_is_whole_and_of_the_others_the_titles_are_left(
    monkeypatch,
):
    long = "\n".join(f"row {number}" for number in range(8)) + "\nit was"
    rows = on_a_screen(monkeypatch, 24, report(differing(NAMES[0], long)))
    assert len(rows) < 24
    assert rows[2] == "  ✗ Promise number 0 is kept (asyncio and trio)"
    assert rows[3:12] == [*(f"    row {number}" for number in range(8)), "    it was 0"]
    assert "  ✗ Promise number 5 is kept (asyncio and trio)" in rows
    assert "    it was 5" not in rows
    assert "  All of it: checker grade lost_update --details" in rows


def test_on_a_smaller_one_even_the_titles_are_only_counted(monkeypatch):
    rows = on_a_screen(monkeypatch, 12, report(differing(NAMES[0], "it was")))
    assert len(rows) < 12
    assert "    it was 0" in rows
    assert "  5 more checks do not pass." in rows


def test_whoever_asks_for_the_details_gets_them_and_so_does_a_pipe(monkeypatch):
    summary = report(differing(NAMES[0], "it was"))
    rows = on_a_screen(monkeypatch, 12, summary, details=True)
    assert [f"    it was {n}" in rows for n in range(6)] == [True] * 6
    assert "    it was 5" in shown(summary, Stream())


def test_of_several_exercises_the_first_that_fails_is_shown_at_the_end_of_a_small_screen(
    monkeypatch,
):
    summary = report(*(differing(name, "it was") for name in NAMES))
    rows = on_a_screen(monkeypatch, 24, summary)
    last = rows[-23:]
    assert f"{NAMES[0]} — The lost deposit" in last
    assert "    it was 0" in last
    assert not any(row.startswith(f"{NAMES[1]} — ") for row in rows)


def test_what_one_works_on_comes_before_what_one_has_not_begun_and_before_what_passes(monkeypatch):
    idle = exercise(NAMES[0], "failed", started=False)
    done = exercise("locks_and_limits/deadlock", "passed")
    rows = on_a_screen(monkeypatch, 24, report(idle, done, differing(NAMES[2], "it was")))
    headings = [row for row in rows if " — " in row]
    assert headings == [f"{NAMES[2]} — The lost deposit"]
    assert [row for row in on_a_screen(monkeypatch, 8, report(done, done)) if " — " in row] == []


def test_from_40_columns_on_no_word_is_broken(monkeypatch):
    said = "Try: from your read of an account to your write, nobody else may get in between"
    path = "exercises/locks_and_limits/lost_update/exercise.py"
    message = f"{said} {said} {path}"
    for columns in range(40, 101):
        rows = on_a_screen(monkeypatch, 500, report(differing(NAMES[0], message)), columns)
        assert max(map(len, rows)) <= columns
        assert {word for row in rows for word in row.split()} >= set(said.split())
        for row in rows:  # What alone is longer than a row goes on behind a slash.
            assert "exercises/" not in row or path in row or row.endswith("/"), row


def test_a_command_that_does_not_fit_goes_on_as_a_shell_reads_it(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    stream = Stream(terminal=True)
    command = "checker run too_many_at_once --replay 634zxqwagcfqcbuyeyaaa"
    Screen(stream).command(f"See it: {command}", command, "    ")
    first, *rows = stream.text().splitlines()
    assert first == "    See it:"
    assert max(map(len, rows)) <= 40
    assert " ".join("\n".join(rows).replace("\\\n", " ").split()) == command
    Screen(wide := Stream()).command(f"See it: {command}", command, "    ")
    assert wide.text() == f"    See it: {command}\n"


def test_a_token_that_is_longer_than_a_row_stays_one_word(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    stream = Stream(terminal=True)
    command = f"checker run too_many_at_once --replay {'a' * 100}"
    Screen(stream).command(f"See it: {command}", command, "    ")
    _, *rows = stream.text().splitlines()
    assert " ".join("\n".join(rows).replace("\\\n", " ").split()) == command


# --- plain --------------------------------------------------------------------------------------


def test_a_plain_screen_says_in_words_what_a_mark_says_and_overwrites_nothing(monkeypatch):
    monkeypatch.setenv("CHECKER_PLAIN", "1")
    stream = Stream(terminal=True)
    text = shown(MIXED, stream)
    assert "\x1b" not in text
    assert not set(text) & set("✓✗·")
    assert "  lost_update: failed, 0 of 4\n" in text
    assert "  failed: Every check fails in the same way" in text
    screen = Screen(stream)
    screen.progress("graded 1 of 3")
    screen.status("3 of 3")
    assert "graded 1 of 3" not in stream.text()
    assert stream.text().endswith("\n3 of 3\n")


def test_a_dumb_terminal_is_written_to_line_by_line(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    stream = Stream(terminal=True)
    Screen(stream).progress("graded 1 of 3")
    Screen(stream).status("3 of 3")
    assert stream.text() == "3 of 3\n"
