"""What is sent back: a student sees what the rules allow, and nothing of it does anything where it is shown."""

import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from checker.report import BACKENDS, CheckReport, summarize_exercise
from checker.sweep.book import Book
from checker.sweep.marks import Deadline, Rules
from checker.sweep.results import Cohort, Correction, ExerciseInfo, Student, Work
from checker.sweep.student_pages import student_files, uploads

from . import browser

DUE = datetime(2026, 3, 1, tzinfo=UTC)
EVIL = "</p><script>alert(1)</script>`x`\u202e\x1b[2J\n# heading\n```"


def report(name="c/one", message="it was seen to fail", first="first title"):
    checks = [("first", "failed", first), ("second", "passed", "second title")]
    return summarize_exercise(
        name,
        "Title of one",
        tuple(
            CheckReport(check, title, backend, status, 3, message, "exercise.py", 1, replay="t0ken")
            if status == "failed"
            else CheckReport(check, title, backend, status, 3, "", "exercise.py", None)
            for check, status, title in checks
            for backend in BACKENDS
        ),
        started=True,
    )


def book(rules=None, *, name="ada", message="it was seen to fail", **more):
    one = report(message=message)
    given = (more.pop("handed_in", None), more.pop("problems", ()))
    student = Student(name, "", True, *given, (Work(one, "", ""),), **more)
    cohort = Cohort(1, "process", {}, (ExerciseInfo("c/one", "Title of one", 6),), (student,))
    return Book(cohort, rules or Rules(), (), ())


def files(of, *, published=False, now=DUE):
    return student_files(of, published=published, now=now)


def both(of, **more):
    """The page and the text of the only student."""
    found = files(of, **more)
    page, text = (next(v for k, v in found.items() if k.endswith(end)) for end in (".html", ".md"))
    return page.decode(), text.decode()


def test_a_student_gets_a_page_and_a_text_with_marks_checks_and_messages():
    assert set(files(book())) == {"ada.html", "ada.md", "students.csv"}
    for shown in both(book()):
        for part in ("3 of 6 points", "first title", "second title", "it was seen to fail"):
            assert part in shown
        assert "checker run one --replay t0ken" in shown


def test_whose_file_is_which_stands_in_a_table():
    assert b"ada,,ada.html,ada.md" in files(book())["students.csv"]


HIDDEN = Rules(visibility={"first": "hidden"})


def test_a_hidden_check_is_not_named_and_no_points_tell_of_it():
    for shown in both(book(HIDDEN)):
        assert "second title" in shown
        assert "1 check is not shown" in shown
        assert "The mark is not shown here" in shown
        assert "passed, as far as it is shown" in shown
        assert "✓ passed" not in shown
        assert "yet" not in shown
        for part in ("first title", "seen to fail", "3 of 6", "failed", "t0ken"):
            assert part not in re.sub(r"<style>.*?</style>", "", shown, flags=re.DOTALL)


@pytest.mark.parametrize("exercise", ["c/one", ""])
def test_corrections_and_lateness_tell_nothing_of_what_is_hidden(exercise):
    by_hand = Correction(Decimal(4), "the file was an old one", "C. B.", date(2026, 3, 5), exercise)
    deadline = Deadline(due=DUE, percent_a_day=Decimal(10))
    late = {"handed_in": DUE.timestamp() + 1, "corrections": (by_hand,)}
    secret = Rules(deadline=deadline, visibility={"first": "after_published"})
    for shown in both(book(secret, **late)):
        assert "The mark is not shown yet" in shown
        assert "1 check is not shown yet" in shown
        for part in ("4 points", "by hand", "an old one", "day late", "10 %", " of 6"):
            assert part not in re.sub(r"<style>.*?</style>", "", shown, flags=re.DOTALL)
    for shown in both(book(secret, **late), published=True):
        assert "the file was an old one" in shown


@pytest.mark.parametrize("published", [False, True])
def test_what_is_shown_when_marks_are_published_is_shown_then(published):
    rules = Rules(visibility={"default": "after_published"})
    for shown in both(book(rules), published=published):
        assert ("first title" in shown) == published


def test_what_is_shown_after_the_due_date_waits_for_the_last_who_has_time():
    deadline = Deadline(due=DUE, students={"zoe": DUE + timedelta(days=2)}, grace=10)
    rules = Rules(deadline=deadline, visibility={"default": "after_due_date"})
    end = DUE + timedelta(days=2, minutes=10)
    assert "first title" not in both(book(rules), now=end)[0]
    assert "first title" in both(book(rules), now=end + timedelta(seconds=1))[0]


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, sorted(name for name, _ in attrs)))


def tags(page):
    parser = _Tags()
    parser.feed(page)
    return parser.tags


def test_hostile_text_is_text():
    harmless = both(book(name="x", message="x\nx\nx", problems=("x",)))
    page, text = both(book(name=EVIL, message=EVIL, problems=(EVIL,)))
    assert tags(page) == tags(harmless[0])
    assert "script-src" not in page
    assert "default-src 'none'" in page
    for shown in (page, text):
        assert not {"\x1b", "\u202e"} & set(shown)
    fences = re.findall(r"^(`{3,})text$", text, re.MULTILINE)
    assert fences == ["````"]
    assert text.count("\n# heading") == 1  # Inside the fence.


def members(of, platform):
    with zipfile.ZipFile(io.BytesIO(uploads(of, files(of))[f"{platform}.zip"])) as archive:
        return archive.namelist()


def test_canvas_and_moodle_get_files_by_the_names_by_which_they_know_them():
    canvas = book(name="ada_x/../y", platform="canvas", number="123", attachment="456")
    assert members(canvas, "canvas") == ["adax..y_123_456_feedback.html"]
    moodle = book(name="Ada Lovelace", platform="moodle", number="77")
    (name,) = members(moodle, "moodle")
    assert name == "Ada Lovelace_77_assignsubmission_file_feedback.html"
    # As Moodle's importer takes it apart.
    assert name.split("_", 4)[1:4] == ["77", "assignsubmission", "file"]
    assert uploads(book(), files(book())) == {}


@browser.needs_browser
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_a_page_is_never_wider_than_the_screen(tmp_path, width):
    page, _ = both(book(name="a" * 100, message="b" * 400, problems=("c" * 300,)))
    # The page admits no script at all, so that one can be let in its policy has to name scripts.
    page = page.replace("default-src 'none';", "default-src 'none'; script-src ;", 1)
    script = (
        "found.more = document.documentElement.scrollWidth - document.documentElement.clientWidth;"
    )
    found = browser.probe(tmp_path, page, script, f"--window-size={width},900")
    assert found["more"] == 0
