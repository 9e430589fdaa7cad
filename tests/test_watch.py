"""`checker watch`, as somebody uses it: the real program in a real pseudo-terminal."""

import io
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from checker import cli
from checker.course import Course
from checker.feedback.question import SKIPPED
from checker.feedback.rows import fold, rows_of, width
from checker.feedback.terminal import Screen
from checker.feedback.watching import Judgement, Page, State
from checker.progress import FILE, Progress
from checker.report import CheckReport, summarize_exercise
from checker.submission import Source
from checker.watch import files
from checker.watch.keys import Decoder
from checker.watch.messages import Answer
from checker.watch.session import Session, Wish

from .window import CHECKER, ROOT, Window, alive, children, wait_until

EXERCISE = Path("exercises/first_steps/forgotten_await/exercise.py")
SOLUTION = ROOT / "solutions/first_steps/forgotten_await/solution.py"

HANGS = b"""
async def sign_up(members, mailer, name, address):
    while True:
        pass
"""
LIVELOCKS = b"""
import anyio

async def sign_up(members, mailer, name, address):
    while True:
        await anyio.lowlevel.checkpoint()
"""
PRINTS = b"""
async def sign_up(members, mailer, name, address):
    while True:
        print("\\x1b[2J\\x1b[?1049l" * 1000)
"""

READY = "q quit"


@pytest.fixture
def clone(tmp_path):
    """The kit as it was shipped, whatever has been done to this one since."""
    folder = tmp_path / "clone"
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    course = Course.load(folder)
    for exercise in course:
        exercise.file.write_bytes(exercise.starter)
        Progress(course).note_answer(exercise, SKIPPED)
    return folder


@pytest.fixture
def opened(clone):
    """Opens windows of `checker watch`, and sees to it that nothing of them stays."""
    windows = []

    def opened(*words, **options):
        window = Window(*CHECKER, "watch", *words, cwd=clone, **options)
        windows.append(window)
        return window

    yield opened
    for window in windows:
        window.close()


@pytest.fixture
def watching(opened):
    """A window in which the starter of the first exercise has been judged."""
    window = opened("forgotten_await")
    window.wait_for("✗ asyncio  ✗ trio", "not started")
    return window


def save(clone, content, *, file=EXERCISE):
    """Save as most editors do: another file is put in the place of the old one."""
    beside = clone / file.with_name(".4913~")
    beside.write_bytes(content)
    beside.replace(clone / file)


# --- saves and verdicts -------------------------------------------------------------------------


def test_it_judges_at_its_start_and_shows_the_brief_the_verdict_the_check_and_the_story(watching):
    watching.wait_for(
        "first_steps/forgotten_await — The mail that never went",
        str(EXERCISE),
        "A sports club lets people join on its web site",
        "(asyncio and trio)",
        "Try: ",
    )
    watching.press("end")
    watching.wait_for("Who did what when", "Show this run again:", "checker run forgotten_await")


def test_without_a_name_it_begins_with_the_next_exercise(opened, clone):
    window = opened()
    window.wait_for("first_steps/forgotten_await", "not started")


def test_it_judges_on_save_stays_after_a_pass_and_goes_on_only_when_asked(watching, clone):
    watching.press("n")
    watching.wait_for("Not passed yet. To go to another exercise, press l.")
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("✓ asyncio  ✓ trio", "5 of 5", "Well done!", "one_after_another")
    assert "forgotten_await" in watching.rows()[0]
    watching.press("n")
    watching.wait_for("first_steps/one_after_another", "not started")
    assert "passed" in (clone / ".checker/progress.txt").read_text()


def test_it_says_after_a_pass_what_flake8_async_says(opened, clone):
    pytest.importorskip("flake8_async")
    watching = opened("forgotten_await", lines=50)
    watching.wait_for("not started")
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("flake8-async has nothing to say about it.")
    more = b"\n\nasync def rests():\n    import time\n    time.sleep(1)\n"
    save(clone, SOLUTION.read_bytes() + more)
    watching.wait_for("Well done!", "ASYNC251")


def test_a_backend_alone_can_be_judged_and_is_no_pass(watching, clone):
    watching.press("o")
    watching.wait_for("✗ asyncio  - trio")
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("✓ asyncio  - trio", "press o for both")
    assert "trio   passed" not in watching.text()
    watching.press("n")
    watching.wait_for("Not passed yet. To go to another exercise, press l.")
    watching.press("o")
    watching.wait_for("- asyncio  ✓ trio")
    watching.press("o")
    watching.wait_for("✓ asyncio  ✓ trio", "Well done!")


@pytest.mark.parametrize("content", [HANGS, LIVELOCKS, PRINTS], ids=["loop", "livelock", "prints"])
def test_what_never_ends_does_not_hang_it_and_a_save_in_the_middle_starts_over(
    watching, clone, content
):
    save(clone, content)
    watching.wait_for("… asyncio  … trio")
    watching.press("b")
    watching.wait_for("b verdict")
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("✓ asyncio  ✓ trio", "Well done!")


def test_what_never_ends_is_judged_in_the_end(watching, clone):
    save(clone, HANGS)
    watching.wait_for("✗ asyncio  ✗ trio", "failed")
    watching.wait_for("it has not let the event loop run")


def test_many_saves_one_after_another_end_in_the_verdict_on_the_last(watching, clone):
    for number in range(30):
        save(clone, HANGS + b"# %d\n" % number)
        watching.read(0.02)
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("✓ asyncio  ✓ trio", "Well done!")


def test_files_that_vanish_come_back_half_written_or_are_something_else_are_taken_in_stride(
    watching, clone
):
    file = clone / EXERCISE
    file.unlink()
    watching.wait_for("there is no such file")
    with file.open("wb") as half:
        half.write(SOLUTION.read_bytes()[:200])
        half.flush()
        watching.wait_without("there is no such file")
        half.write(SOLUTION.read_bytes()[200:])
    watching.wait_for("Well done!")
    file.unlink()
    file.symlink_to(clone / "solutions/first_steps/forgotten_await/solution.py")
    watching.wait_for("is behind a link")
    file.unlink()
    file.mkdir()
    watching.wait_for("exercise.py is a folder")
    file.rmdir()
    file.write_bytes(b"\xff\x00 not Python \xfe")
    watching.wait_for("✗ asyncio  ✗ trio")
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("Well done!")


def test_the_folder_may_vanish_and_come_back_with_many_others(watching, clone):
    away = clone / "away"
    (clone / "exercises").rename(away)
    watching.wait_for("there is no such file")
    shutil.copytree(away, clone / "exercises")
    (clone / EXERCISE).write_bytes(SOLUTION.read_bytes())
    watching.wait_for("Well done!")
    save(clone, HANGS)
    watching.wait_without("Well done!")


def test_checks_that_change_on_disk_do_not_end_it(watching, clone):
    files = [clone / EXERCISE.with_name(name) for name in ("checks.py", "exercise.toml")]
    before = [file.read_bytes() for file in files]
    for file in files:
        file.write_bytes(b"this is neither Python nor TOML (")
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("asyncio", "trio")
    watching.press("l")
    watching.wait_for("forgotten_await")
    watching.press("escape")
    for file, content in zip(files, before, strict=True):
        file.write_bytes(content)
    watching.press("r")
    watching.wait_for("Well done!")


def test_it_polls_where_it_is_told_to(opened, clone):
    window = opened("forgotten_await", "--poll")
    window.wait_for("not started")
    save(clone, SOLUTION.read_bytes())
    window.wait_for("Well done!")


def test_a_seed_makes_what_it_shows_repeat(opened):
    said = []
    for _ in range(2):
        window = opened("lost_update", "--seed", "7", lines=70)
        window.wait_for("not started", "Show this run again")
        said.append(re.findall(r"--replay (\w+)", window.text()))
        window.press("q")
        window.wait_for_end()
    assert said[0] == said[1] != []


# --- keys ---------------------------------------------------------------------------------------


def test_hints_come_one_by_one(watching):
    watching.press("h")
    watching.wait_for("1. ", "more: press h")
    assert "2. " not in watching.text()
    watching.press("h")
    watching.wait_for("1. ", "2. ")
    watching.press("escape")
    watching.wait_for("(asyncio and trio)")


def test_the_brief_is_shown_and_scrolled(watching):
    watching.press("b")
    watching.wait_for("A sports club lets people join", "b verdict")
    watching.press("end")
    watching.wait_for("nobody reads it")
    watching.press("b")
    watching.wait_for("(asyncio and trio)")


def test_the_list_jumps(watching):
    watching.press("l")
    watching.wait_for("Where do you want to go?", "› · forgotten_await")
    watching.press("down", "down", "down", "down", "down")
    watching.wait_for("› · sleeping_loop")
    watching.press("enter")
    watching.wait_for("blocking/sleeping_loop — The ovens", "not started")


def test_all_are_checked_and_that_can_be_stopped(opened, clone):
    contents = clone / "exercises/course.toml"
    first_chapter = contents.read_text().split("[[chapters]]")[:2]
    contents.write_text("[[chapters]]".join(first_chapter))
    watching = opened("forgotten_await")
    watching.wait_for("✗ asyncio  ✗ trio", "not started")
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("Well done!")
    watching.press("a")
    watching.wait_for("All are checked.", f"1 of {len(list(Course.load(clone)))} pass now, 5 of")
    watching.press("escape")
    watching.wait_for("Well done!")
    watching.press("a")
    watching.wait_for("Checking all")
    watching.press("escape")
    watching.wait_for("Well done!")


def test_a_save_stops_checking_all(watching, clone):
    watching.press("a")
    watching.wait_for("Checking all")
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("Well done!")


def test_reset_asks_first_and_keeps_what_was_there(watching, clone):
    mine = SOLUTION.read_bytes()
    save(clone, mine)
    watching.wait_for("Well done!")
    watching.press("x")
    watching.wait_for("y yes")
    watching.press("n")
    watching.wait_for("Well done!")
    assert (clone / EXERCISE).read_bytes() == mine
    watching.press("x")
    watching.wait_for("y yes")
    watching.press("y")
    watching.wait_for("not started")
    assert (clone / EXERCISE).read_bytes() != mine
    kept = [path for path in clone.rglob("*") if path.is_file() and path.read_bytes() == mine]
    assert [path for path in kept if not path.is_relative_to(clone / "solutions")]


def test_what_is_pasted_is_no_key(watching):
    watching.press("\x1b[200~", "qqxlb\r", "\x1b[20", "1~", "b")
    watching.wait_for("b verdict")


def test_after_a_pass_it_says_how_to_search_further(watching, clone):
    save(clone, SOLUTION.read_bytes())
    watching.wait_for("Well done!", "Search further: checker grade forgotten_await --thorough")


def test_while_it_judges_the_last_verdict_is_dim_and_is_named_as_that(clone):
    (exercise,) = Course.load(clone).select(["forgotten_await"])
    check = CheckReport("sent", "It is sent", "asyncio", "failed", 5, "no mail", "e.py", None)
    report = summarize_exercise(exercise.name, exercise.title, (check,), started=True)
    verdict = Judgement(report, [], {}, 0.1)
    page = Page(80, 24, "utf-8")
    for seconds, style, word in ((None, "", "failed"), (0.2, "\x1b[2m", "below: the last verdict")):
        state = State(exercise, ("asyncio", "trio"), verdict, seconds, (1, 12))
        (told,) = [
            row for row in page.work(state, remarks=None, following=None) if "no mail" in row
        ]
        assert told.startswith(style + " "), "what holds no more is dim"
        assert word in page.head(state)[1]


def test_run_again_judges_again(watching):
    watching.press("r")
    watching.wait_for("judging")
    watching.wait_for("not started")


def test_a_question_comes_before_the_code_and_is_asked_once(opened, clone):
    shutil.rmtree(clone / ".checker")
    window = opened("forgotten_await")
    window.wait_for("A question first", "1. ", "2. ", "s skip")
    assert "✗" not in window.text()
    window.press("b")
    window.wait_for("A sports club")
    window.press("escape")
    window.wait_for("A question first")
    window.press("7")
    window.wait_for("A question first", "Press 1, 2, 3 or 4, or s to skip.")
    window.press("1")
    window.wait_for("You said 1", "on to the brief")
    window.press("enter")
    window.wait_for("A sports club", "b verdict")
    window.press("enter")
    window.wait_for("✗ asyncio  ✗ trio", "not started")
    window.press("q")
    window.wait_for_end()
    window = opened("forgotten_await")
    window.wait_for("✗ asyncio  ✗ trio", "not started")


def test_a_question_can_be_skipped_and_a_save_answers_it_too(opened, clone):
    shutil.rmtree(clone / ".checker")
    window = opened("forgotten_await")
    window.wait_for("A question first")
    window.press("s")
    window.wait_for("A sports club", "checker predict forgotten_await")
    window.press("l", "down", "enter")
    window.wait_for("one_after_another", "A question first")
    other = "first_steps/one_after_another"
    content = (ROOT / "solutions" / other / "solution.py").read_bytes()
    save(clone, content, file=Path("exercises") / other / "exercise.py")
    window.wait_for("Well done!")


@pytest.fixture
def at_a_question(clone):
    """A session that asks its question first, while the starter has been judged."""
    course = Course.load(clone)
    (exercise,) = course.select(["forgotten_await"])
    session = opened_session(course, exercise)
    check = CheckReport("sent", "It is sent", "asyncio", "failed", 5, "never sent", "e.py", None)
    report = summarize_exercise(exercise.name, exercise.title, (check,), started=False)
    session.judged(Answer(report))
    return session


def opened_session(course, exercise, *, asks=True):
    if asks:
        (course.root / FILE).unlink()
    session = Session(course, exercise)
    session.open(exercise)
    session.began()
    return session


def farewell(session):
    stream = io.StringIO()
    session.say_goodbye(Screen(stream))
    return stream.getvalue()


def test_who_quits_at_a_question_is_not_told_its_answer(at_a_question):
    assert farewell(at_a_question) == ""
    assert at_a_question.press("s") is Wish.STOP
    assert "never sent" in farewell(at_a_question)


def test_what_was_said_of_a_wrong_key_stays_when_the_verdict_comes(at_a_question):
    for key in ("7", "n", "enter", "h", "r", "x"):
        assert at_a_question.press(key) is None
        at_a_question.judged(Answer(trouble="Nobody was at home."))
        shown = "\n".join(at_a_question.frame(80, 24, "utf-8"))
        assert "A question first" in shown
        assert "Press 1, 2, 3 or 4, or s to skip." in shown


@pytest.fixture
def forgetful(clone):
    """A session of a course in which no progress can be kept."""
    course = Course.load(clone)
    (exercise,) = course.select(["forgotten_await"])
    shutil.rmtree(clone / FILE.parent)
    (clone / FILE.parent).write_bytes(b"A file where the folder should be.")
    return opened_session(course, exercise, asks=False)


def test_hints_are_shown_one_by_one_also_where_progress_cannot_be_kept(forgetful):
    hints = forgetful.exercise.metadata.hints
    forgetful.press("s")  # It asks, since it does not know that it has asked.
    for number in range(1, len(hints) + 1):
        forgetful.press("h")
        shown = "\n".join(forgetful.frame(80, 60, "utf-8"))
        assert f"{number}. " in shown
        assert f"{number + 1}. " not in shown
        assert "This will be forgotten" in shown


def test_a_verdict_that_cannot_be_kept_says_so(forgetful):
    forgetful.press("s")
    check = CheckReport("sent", "It is sent", "asyncio", "passed", 5, "", "e.py", None)
    exercise = forgetful.exercise
    forgetful.source = Source(forgetful.source.file, content=b"pass\n")
    forgetful.judged(
        Answer(summarize_exercise(exercise.name, exercise.title, (check,), started=True))
    )
    assert any("This will be forgotten" in row for row in forgetful.frame(80, 24, "utf-8"))


# --- the terminal -------------------------------------------------------------------------------


def test_the_verdict_can_be_seen_in_a_window_of_any_width(watching):
    for columns in (30, 17, 6, 1):
        watching.resize(columns, 24)
        watching.read(0.2)
    watching.resize(80, 24)
    watching.wait_for("forgotten_await — The mail", "(asyncio and trio)", READY)


def test_it_fits_any_window(watching):
    for columns, lines in ((200, 50), (40, 15), (20, 6), (2, 1)):
        watching.resize(columns, lines)
        for key in "lbhx":
            watching.press(key)
            watching.read(0.2)
            watching.press("escape")
    watching.resize(80, 24)
    watching.wait_for("forgotten_await — The mail", "(asyncio and trio)", READY)


def test_no_row_is_wider_than_the_window_and_keys_stay_at_the_bottom(watching):
    for columns, lines in ((40, 15), (100, 30), (80, 24)):
        watching.resize(columns, lines)
        watching.wait(
            lambda n=lines: (
                watching.rows()[0].startswith("f") and watching.rows()[n - 1].endswith(READY)
            )
        )


def test_without_colour_nothing_is_coloured(opened):
    window = opened("forgotten_await", NO_COLOR="1")
    window.wait_for("not started")
    assert not re.search(rb"\x1b\[[0-9;]*m", window.raw)


def test_in_ascii_nothing_else_is_written(opened):
    window = opened(
        "forgotten_await", LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    window.wait_for("x asyncio  x trio", "not started")
    assert window.raw.isascii()


SCREENS = {
    "work": (),
    "brief": ("b",),
    "hints": ("h",),
    "list": ("l",),
    "all": ("a",),
    "reset": ("x",),
}


@pytest.mark.parametrize("name", SCREENS)
def test_ctrl_c_at_every_screen_leaves_the_terminal_sane_and_no_process_behind(watching, name):
    watching.press(*SCREENS[name])
    watching.read(0.3)
    started = children(watching.pid)
    watching.press("\x03")
    assert watching.wait_for_end() == cli.INTERRUPTED
    assert watching.is_sane()
    wait_until(lambda: not alive(started), "the end of all processes")


def test_ctrl_c_while_a_run_hangs_leaves_the_terminal_sane_and_no_process_behind(watching, clone):
    save(clone, HANGS)
    watching.wait_for("… asyncio  … trio")
    watching.read(0.5)
    started = children(watching.pid)
    watching.press("\x03")
    assert watching.wait_for_end() == cli.INTERRUPTED
    assert watching.is_sane()
    wait_until(lambda: not alive(started), "the end of all processes")


def test_ctrl_c_before_the_first_verdict_leaves_the_terminal_sane(opened):
    window = opened("forgotten_await")
    window.wait_for("judging")
    started = children(window.pid)
    window.press("\x03")
    assert window.wait_for_end() == cli.INTERRUPTED
    assert window.is_sane()
    wait_until(lambda: not alive(started), "the end of all processes")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_other_signals_end_it_in_the_same_way(watching, number):
    started = children(watching.pid)
    watching.signal(number)
    assert watching.wait_for_end() == 128 + number
    assert watching.is_sane()
    wait_until(lambda: not alive(started), "the end of all processes")


def test_a_terminal_that_is_closed_ends_it(watching):
    started = {watching.pid, *children(watching.pid)}
    watching.hang_up()
    wait_until(lambda: not alive(started), "the end of all processes")


def test_quitting_leaves_the_verdict_to_be_read(watching):
    watching.press("q")
    assert watching.wait_for_end() == cli.PASSED
    assert watching.is_sane()
    left = watching.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert "The mail that never went" in left
    assert "Show this run again: checker run forgotten_await" in " ".join(left.split())


def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(clone):
    window = Window("/bin/bash", "--norc", "-i", cwd=clone, PS1="$ ")
    try:
        window.press(f"{sys.executable} -m checker watch forgotten_await\r")
        window.wait_for("not started", READY)
        window.press("\x1a")
        window.wait_for("Stopped")
        window.press("stty -a | tr -s '; ' '\\n\\n' | grep -x -e '-*icanon' -e '-*echo'\r")
        window.wait(lambda: "icanon" in window.rows() and "echo" in window.rows())
        window.press("fg\r")
        window.wait_for("not started", READY)
        save(clone, SOLUTION.read_bytes())
        window.wait_for("Well done!")
        window.press("q")
        window.wait(lambda: window.raw.rpartition(b"\x1b[?1049l")[2].endswith(b"$ "))
    finally:
        window.close()


def test_without_a_terminal_it_says_what_to_do_instead(clone):
    done = subprocess.run(
        [*CHECKER, "watch", "lost_update"],
        cwd=clone,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == cli.UNUSABLE
    assert "run `checker grade lost_update`" in done.stderr


def test_a_dumb_terminal_is_told_what_to_do_instead(opened):
    window = opened("lost_update", TERM="dumb")
    assert window.wait_for_end() == cli.UNUSABLE
    assert b"checker grade lost_update" in window.raw
    assert b"\x1b" not in window.raw


def test_a_name_that_is_none_is_said_before_anything_is_drawn(opened):
    window = opened("nonsense")
    assert window.wait_for_end() == cli.UNUSABLE
    assert b"there is no exercise" in window.raw
    assert b"\x1b" not in window.raw


# --- the parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "keys"),
    [
        ([b"a"], ["a"]),
        ([b"\x1b[A"], ["up"]),
        ([b"\x1b", b"[", b"A"], ["up"]),
        ([b"\x1bO", b"B", b"q"], ["down", "q"]),
        ([b"\x1b[1;5", b"Ax"], ["x"]),
        (["é".encode()[:1], "é".encode()[1:]], ["é"]),
        ([b"\x1b[200~q\x1b[Aq\x1b[2", b"01~b"], ["b"]),
        ([b"\x1b\x1b[A"], ["escape", "up"]),
        ([b"\x1bb"], []),
        ([b"\x00\x01\r"], ["enter"]),
        ([b"\x1b[" + b"1" * 100 + b"q"], []),
    ],
)
def test_keys_are_whole_in_whatever_pieces_they_come(pieces, keys):
    decoder = Decoder()
    assert [key for piece in pieces for key in decoder.feed(piece)] == keys


def test_an_escape_that_nothing_follows_is_a_key():
    decoder = Decoder()
    assert decoder.feed(b"\x1b") == []
    assert decoder.waits
    assert decoder.give_up() == ["escape"]
    assert not decoder.waits


@pytest.mark.parametrize(
    ("line", "columns", "rows"),
    [
        ("abc", 3, ["abc"]),
        ("abcd", 3, ["abc", "d"]),
        ("日本語", 4, ["日本", "語"]),
        ("日本語", 5, ["日本", "語"]),
        ("e\u0301e\u0301", 2, ["e\u0301e\u0301"]),
        ("\x1b[31mabcd\x1b[0m", 2, ["\x1b[31mab\x1b[0m", "\x1b[31mcd\x1b[0m"]),
        ("", 3, [""]),
    ],
)
def test_lines_are_folded_by_columns(line, columns, rows):
    assert fold(line, columns) == rows
    assert all(width(row) <= columns for row in rows)


def test_rows_are_none_wider_than_the_terminal():
    rows = rows_of(lambda screen: screen.line("日本語" * 20), 7, "utf-8")
    assert {width(row) for row in rows} == {6}


def test_folders_on_mounts_without_events_are_polled(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
        "2 1 0:2 / /mnt/c rw,noatime shared:1 - 9p drvfs rw\n"
        "3 1 0:3 / /net\\040work rw - nfs4 server:/ rw\n"
        "4 1 0:4 / /net\\040work/local rw - tmpfs tmpfs rw\n"
        "5 1 0:5 / /shared rw - fuse.sshfs host: rw\n"
    )
    polled = {
        path: files.needs_polling(Path(path), mounts)
        for path in ("/home/me", "/mnt/c/course", "/net work/x", "/net work/local/x", "/shared/a")
    }
    if sys.platform == "linux":
        assert list(polled.values()) == [False, True, True, False, True]
    assert files.needs_polling(tmp_path, tmp_path / "nothing") is False
