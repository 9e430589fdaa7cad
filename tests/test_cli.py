"""The commands, as somebody types them: what they print, what they leave behind, how they exit."""

import errno
import json
import multiprocessing
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from checker import cli
from checker.course import Course

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)
COUNT = len(list(COURSE))
SHARING = len(list(COURSE.select(["locks_and_limits"])))
POINTS = sum(exercise.max_points for exercise in COURSE)


def checker(*words, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "checker", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.fixture
def short_clone(clone):
    """With the first two chapters alone: to grade the whole course takes its time, and `checker verify` does."""
    contents = clone / "exercises" / "course.toml"
    head, *chapters = contents.read_text().split("[[chapters]]")
    contents.write_text("[[chapters]]".join([head, *chapters[:2]]))
    return clone


# --- checker grade ------------------------------------------------------------------------------


def test_the_solutions_earn_every_point_and_exit_0(short_clone):
    done = checker("grade", "--submission", "solutions", "--format", "json", cwd=short_clone)
    report = json.loads(done.stdout)
    assert done.returncode == cli.PASSED, done.stdout
    assert report["points"] == report["max_points"]
    assert {exercise["status"] for exercise in report["exercises"]} == {"passed"}
    assert len(report["exercises"]) == len(list(Course.load(short_clone)))


def test_the_starters_are_not_started_earn_nothing_and_exit_1(short_clone):
    done = checker("grade", "--format", "json", "--seed", "7", cwd=short_clone)
    report = json.loads(done.stdout)
    assert done.returncode == cli.FAILED
    assert report["points"] == 0
    assert {exercise["status"] for exercise in report["exercises"]} == {"not_started"}
    for exercise in report["exercises"]:
        for backend in ("asyncio", "trio"):
            failed = [
                check
                for check in exercise["checks"]
                if (check["backend"], check["status"]) == (backend, "failed")
            ]
            assert failed, f"{exercise['name']} does not fail on {backend}"


def test_a_report_in_json_has_these_fields_in_this_order_and_no_others(clone):
    done = checker("grade", "lost_update", "--format", "json", "--seed", "1", cwd=clone)
    report = json.loads(done.stdout)
    assert list(report) == ["schema", "seed", "points", "max_points", "exercises"]
    assert report["schema"] == "checker/report/v2"
    assert report["seed"] == 1
    (exercise,) = report["exercises"]
    assert list(exercise) == ["name", "title", "status", "points", "max_points", "checks"]
    for check in exercise["checks"]:
        assert list(check) == [
            *("name", "title", "backend", "status", "points", "seen", "file", "line", "place"),
            *(
                "causes",
                "notes",
                "printed",
                "advice",
                "reason",
                "topics",
                "replay",
                "tried",
                "searched",
            ),
            "message",
        ]


@pytest.mark.parametrize(
    ("name", "line", "place"),
    [
        ("sleeping_loop", "time.sleep(seconds)", ""),
        ("lost_exception", "await server.upload(file)", "upload() was called here"),
    ],
)
def test_a_report_quotes_the_line_at_fault_or_says_what_happened_on_another(
    clone, name, line, place
):
    done = checker("grade", name, "--format", "json", "--seed", "7", cwd=clone)
    first = json.loads(done.stdout)["exercises"][0]["checks"][0]
    (exercise,) = Course.load(clone).select([name])
    assert exercise.starter.decode().splitlines()[first["line"] - 1].strip() == line
    assert first["place"] == place
    shown = checker("grade", name, "--seed", "7", cwd=clone).stdout
    assert (f"    {place}:\n    exercises/" in shown) == bool(place)


def test_what_keeps_every_check_from_being_tried_is_told_once_and_alone(clone):
    file = clone / "exercises" / "task_groups" / "lost_exception" / "exercise.py"
    file.write_text(
        "print('hello')\n"
        "def publish(server, version, files):\n"
        "    for file in files:\n"
        "        server.upload(file)\n"
    )
    shown = checker("grade", "lost_exception", cwd=clone).stdout
    assert "No check can be tried yet (asyncio and trio)" in shown
    assert "publish() is a plain function" in shown
    assert "hello" in shown
    assert "never awaited" not in shown
    assert "--replay" not in shown


def test_without_a_name_what_is_not_started_shows_no_details(short_clone):
    mine = short_clone / "exercises/first_steps/forgotten_await/exercise.py"
    mine.write_text("import nothing\n")
    done = checker("grade", cwd=short_clone)
    assert "forgotten_await — " in done.stdout
    assert "sleeping_loop — " not in done.stdout
    assert "importing it raised ModuleNotFoundError" in done.stdout


def test_with_a_name_details_are_shown_even_of_what_is_not_started(clone):
    assert "lost_update — " in checker("grade", "lost_update", cwd=clone).stdout


def test_the_course_is_found_from_any_folder_in_it(clone):
    inside = clone / "exercises" / "locks_and_limits" / "lost_update"
    assert "lost_update" in checker("grade", "lost_update", cwd=inside).stdout


@pytest.mark.parametrize("command", ["reset", "brief", "hint"])
def test_a_mistyped_name_is_no_path_in_the_folder_of_an_exercise(clone, command):
    deadlock = clone / "exercises" / "locks_and_limits" / "deadlock"
    (deadlock / "exercise.py").write_text("mine = 1\n")
    done = checker(command, "lost_updat", cwd=deadlock)
    assert done.returncode == cli.UNUSABLE
    assert "did you mean lost_update?" in done.stderr
    assert (deadlock / "exercise.py").read_text() == "mine = 1\n"


def test_one_file_is_graded_for_the_one_exercise_that_is_named(clone):
    mistake = clone / "solutions/locks_and_limits/lost_update/mistakes/one_lock_for_all.py"
    done = checker("grade", "lost_update", "--submission", mistake, "--seed", "1", cwd=clone)
    assert done.returncode == cli.FAILED
    assert "A read or a write takes" in " ".join(done.stdout.split())
    assert checker("grade", "--submission", mistake, cwd=clone).returncode == cli.UNUSABLE


def test_one_backend_alone_earns_no_points(clone):
    words = ("grade", "lost_update", "--submission", "solutions", "--backend", "trio")
    done = checker(*words, cwd=clone)
    assert done.returncode == cli.PASSED
    assert "passed on trio" in done.stdout
    assert "asyncio" not in done.stdout
    assert " of 6" not in done.stdout
    assert "Points are for both backends" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grade", "lost_updat"], "did you mean lost_update"),
        (["grade", "xyzzy"], "`checker list` shows them all"),
        (["grade", "--submission", "nowhere"], "nowhere does not exist"),
        (["grade", "--submission", "."], None),
        (["grade", "--seed", "-1"], "a seed is a whole number"),
        (["grade", "--seed", "x"], "not a whole number"),
        (["grade", "--jobs", "0"], "not a number from 1 to 1000"),
        (["hint", "locks_and_limits"], f"locks_and_limits holds {SHARING} exercises"),
        (["frobnicate"], "there is no command 'frobnicate'; `checker --help` lists them all"),
    ],
)
def test_a_wrong_call_says_in_a_line_what_would_do_and_exits_2(clone, words, said):
    if said is None:
        shutil.rmtree(clone / "exercises" / "first_steps")
        words, said = ["grade", "first_steps", "--submission", str(clone)], "holds none of the"
    done = checker(*words, cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_what_the_system_refuses_is_told_with_the_file_that_it_is_about(monkeypatch, capfd):
    def refuse(given):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "secret/exercise.py")

    monkeypatch.setattr(cli, "find_course", refuse)
    assert cli.main(["list"]) == cli.UNUSABLE
    assert capfd.readouterr().err == "checker: secret/exercise.py: Permission denied\n"


def test_a_submission_that_is_a_link_to_the_solutions_earns_nothing(clone, tmp_path):
    for number, (link, to) in enumerate(
        [("exercises", "solutions"), ("exercises/first_steps", "solutions/first_steps")]
    ):
        (tmp_path / f"sly{number}" / link).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"sly{number}" / link).symlink_to(clone / to)
        done = checker("grade", "--submission", tmp_path / f"sly{number}", cwd=clone)
        assert done.returncode == cli.FAILED
        assert f"0 of {COUNT} pass now, 0 of {POINTS} points" in done.stdout


def test_nothing_that_a_submission_says_reaches_the_terminal_as_it_is(clone):
    sly = clone / "sly.py"
    sly.write_text("async def sign_up(*_):\n    raise ValueError('boo\\nTry: \\x1b[2J')\n")
    done = checker("grade", "forgotten_await", "--submission", sly, cwd=clone)
    assert "\x1b" not in done.stdout
    assert r"\x1b[2J" in done.stdout


def test_outside_a_course_it_says_where_to_go(tmp_path):
    done = checker("grade", cwd=tmp_path)
    assert done.returncode == cli.UNUSABLE
    assert "checker init DIR" in done.stderr


def test_a_reader_that_hangs_up_early_gets_no_traceback(clone):
    done = subprocess.run(
        f"{sys.executable} -m checker grade lost_update deadlock | head -n 1",
        shell=True,
        cwd=clone,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""


def test_a_course_that_cannot_be_written_to_is_graded_all_the_same(clone):
    (clone / ".checker").write_text("in the way of the folder that would hold the progress")
    done = checker("grade", "lost_update", cwd=clone)
    assert done.returncode == cli.FAILED
    assert done.stderr == ""


def _burn():
    while True:
        pass


def test_the_same_submission_and_seed_give_the_same_bytes_on_a_busy_machine(clone):
    # Wrong answers for exercises of several chapters, and not the same kind of wrong.
    exercises = [chapter.exercises[-1] for chapter in Course.load(clone).chapters[::2]]
    for number, exercise in enumerate(exercises):
        mistakes = sorted((exercise.solutions / "mistakes").glob("*.py"))
        shutil.copy(mistakes[number % len(mistakes)], exercise.file)
    names = [exercise.name for exercise in exercises]
    words = ("grade", "--format", "json", "--seed", "20", *names)
    quiet = checker(*words, "--jobs", 1, cwd=clone).stdout
    burners = [multiprocessing.get_context("spawn").Process(target=_burn) for _ in range(2)]
    for burner in burners:
        burner.start()
    try:
        busy = checker(*words, "--jobs", 3, cwd=clone).stdout
    finally:
        for burner in burners:
            burner.kill()
            burner.join()
    assert busy == quiet
    assert json.loads(quiet)["points"] < json.loads(quiet)["max_points"]


# --- checker list and checker hint --------------------------------------------------------------


def test_the_list_shows_how_far_one_is_and_whether_a_result_is_of_the_file_as_it_is(clone):
    assert f"0 of {COUNT} passed, 0 of {POINTS} points" in checker("list", cwd=clone).stdout
    exercise = clone / "exercises/locks_and_limits/lost_update/exercise.py"
    solution = clone / "solutions/locks_and_limits/lost_update/solution.py"
    shutil.copy(solution, exercise)
    assert "not graded since you changed it" in checker("list", cwd=clone).stdout
    checker("grade", "lost_update", cwd=clone)
    assert f"1 of {COUNT} passed, 6 of {POINTS} points" in checker("list", cwd=clone).stdout
    exercise.write_text(exercise.read_text() + "\n# one more thing\n")
    listed = checker("list", cwd=clone).stdout
    assert "passed before; changed since" in listed
    assert f"1 of {COUNT} passed, 6 of {POINTS} points" in listed


def test_somebody_elses_submission_does_not_count_as_ones_own_progress(clone):
    checker("grade", "lost_update", "--submission", "solutions", cwd=clone)
    assert f"0 of {COUNT} passed" in checker("list", cwd=clone).stdout


def test_a_spoilt_progress_file_is_no_progress_and_no_error(clone):
    (clone / ".checker").mkdir()
    (clone / ".checker" / "progress.json").write_bytes(b"\xff{")
    done = checker("list", cwd=clone)
    assert f"0 of {COUNT} passed" in done.stdout
    assert done.returncode == cli.PASSED


def test_each_call_for_a_hint_gives_one_more_until_there_are_no_more(clone):
    hints = next(e for e in Course.load(clone) if e.short_name == "lost_update").metadata.hints
    for number in [*range(1, len(hints) + 1), len(hints)]:
        shown = " ".join(checker("hint", "lost_update", cwd=clone).stdout.split())
        assert [hint in shown for hint in hints] == [i < number for i in range(len(hints))]


# --- checker verify -----------------------------------------------------------------------------


def keep(folder, *names):
    """Take all answers out of a folder but these: to verify them all takes its time."""
    for path in folder.glob("*.py"):
        if path.stem not in names:
            path.unlink()


def verified(clone, *names):
    done = checker("verify", *names, "--seeds", "1", "--no-mutants", cwd=clone)
    return done.returncode, " ".join(done.stdout.split()), done.stderr


def test_verify_says_what_is_wrong_with_which_file_and_exits_1(clone):
    exercise = clone / "exercises/locks_and_limits/lost_update"
    solutions = clone / "solutions/locks_and_limits/lost_update"
    (exercise / "exercise.py").write_text("# edited\n")
    shutil.copy(solutions / "mistakes" / "do_nothing.py", solutions / "solution.py")
    (solutions / "mistakes" / "do_nothing.py").write_text('"""Lazy."""\n')
    right = (solutions / "alternatives" / "safe_account.py").read_text()
    keep(solutions / "mistakes", "do_nothing", "lock_around_the_write")
    keep(solutions / "alternatives", "safe_account")
    (solutions / "mistakes" / "right.py").write_text(
        right.replace('"""A class', '"""No mistake.\n\nCaught by: one_write_each\n\n', 1)
    )
    (solutions / "mistakes" / "unsure.py").write_text(
        '"""Nobody knows.\n\nCaught by: one_write_each (sometimes)\n"""\n'
    )
    (exercise / "README.md").write_text("")
    code, said, errors = verified(clone, "lost_update")
    assert code == cli.FAILED
    assert "exercise.py: differs from" in said
    assert "unsure.py: must be caught by one check for certain" in said
    assert "solution.py: must pass no_lost_update on asyncio, seed 1, but fails" in said
    assert "do_nothing.py: its docstring does not say which checks catch it" in said
    assert "right.py: must fail one_write_each on trio, seed 1, but passes" in said
    assert "README.md: is missing or empty" in said
    assert errors == ""


def test_verify_finds_a_check_that_no_mistake_fails_and_an_exercise_that_nobody_listed(clone):
    checks = clone / "exercises/locks_and_limits/lost_update/checks.py"
    checks.write_text(
        checks.read_text()
        + "\n\n@check('Anything goes')\ndef idle(case: Case) -> None:\n    pass\n"
    )
    shutil.copytree(checks.parent, clone / "exercises/locks_and_limits/unlisted")
    solutions = clone / "solutions/locks_and_limits/lost_update"
    keep(solutions / "mistakes", "do_nothing", "lock_around_the_write")
    keep(solutions / "alternatives", "safe_account")
    code, said, _ = verified(clone, "lost_update")
    assert code == cli.FAILED
    assert "no mistake is caught by idle" in said
    assert "unlisted: is not in exercises/course.toml" in said


def test_a_check_with_a_mistake_of_its_own_is_no_mark(clone):
    checks = clone / "exercises/locks_and_limits/lost_update/checks.py"
    checks.write_text(checks.read_text().replace("self.balance = balance", "self.nonsense()"))
    done = checker("grade", "lost_update", "--submission", "solutions", cwd=clone)
    assert done.returncode == cli.FAILED
    assert "the check itself raised AttributeError" in done.stdout
    assert "not graded" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_python_m_checker_and_checker_are_the_same(clone):
    script = Path(sys.executable).with_name("checker")
    installed = subprocess.run([script, "list"], cwd=clone, capture_output=True, text=True)
    assert installed.stdout == checker("list", cwd=clone).stdout


# --- checker run --------------------------------------------------------------------------------


def test_run_shows_the_failure_its_story_its_timeline_and_how_to_see_it_again(clone):
    done = checker("run", "lost_update", "--seed", "3", cwd=clone)
    assert done.returncode == cli.FAILED
    assert "is lost" in done.stdout
    assert "(deposit) calls read()" in done.stdout
    assert "1→2 deposit" in done.stdout
    token = done.stdout.rsplit(" ", 1)[1].strip()
    again = checker("run", "lost_update", "--replay", token, cwd=clone)
    assert again.stdout.replace("    On trio it fails too.\n", "") == done.stdout.replace(
        "    On trio it fails too.\n", ""
    )
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_a_token_of_a_report_shows_its_failure_and_afterwards_that_it_is_fixed(clone):
    report = json.loads(
        checker("grade", "lost_update", "--format", "json", "--seed", "4", cwd=clone).stdout
    )
    failed = report["exercises"][0]["checks"][1]
    assert failed["backend"] == "trio"
    shown = checker("run", "lost_update", "--replay", failed["replay"], cwd=clone)
    assert failed["message"].partition("\n")[0] in " ".join(shown.stdout.split())
    assert shown.returncode == cli.FAILED
    (exercise,) = Course.load(clone).select(["lost_update"])
    shutil.copy(exercise.solutions / "solution.py", exercise.file)
    fixed = checker("run", "lost_update", "--replay", failed["replay"], cwd=clone)
    assert fixed.returncode == cli.PASSED, fixed.stdout
    assert "✓" in fixed.stdout


def test_run_shows_what_passes_too(clone):
    done = checker("run", "deadlock", "--submission", "solutions", cwd=clone)
    assert done.returncode == cli.PASSED
    assert "waits for a Lock" in done.stdout


@pytest.mark.parametrize("exercise", [e.short_name for e in Course.load(ROOT)])
def test_every_starter_can_be_looked_at(clone, exercise):
    done = checker("run", exercise, "--seed", "5", cwd=clone)
    assert done.returncode == cli.FAILED, done.stderr
    assert done.stderr == ""
    assert "Who did what when" in done.stdout


def test_a_page_is_written_with_both_backends(clone):
    done = checker("run", "lost_update", "--page", "run.html", cwd=clone)
    page = (clone / "run.html").read_text(encoding="utf-8")
    assert done.returncode == cli.FAILED
    assert "run.html" in done.stdout
    assert "asyncio" in page
    assert "trio" in page
    assert "waits for the reply to write()" in page


def test_a_run_is_written_for_perfetto(clone):
    done = checker("run", "deadlock", "--trace", "run.json", cwd=clone)
    events = json.loads((clone / "run.json").read_text(encoding="utf-8"))["traceEvents"]
    assert done.returncode == cli.FAILED
    assert "run.json" in done.stdout
    assert {event["ph"] for event in events} >= {"M", "X", "i", "s", "f"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("locks_and_limits",), f"locks_and_limits holds {SHARING} exercises"),
        (("lost_updat",), "did you mean"),
        (("lost_update", "--replay", "nonsense"), "not a token for locks_and_limits/lost_update"),
        (("lost_update", "--check", "nothing"), "it has no_lost_update"),
        (("lost_update", "--replay", "x", "--seed", "1"), "leave --check and --seed out"),
        (("lost_update", "--page", "nowhere/run.html"), "cannot be written"),
        (("lost_update", "--submission", "nowhere"), "does not exist"),
        (("lost_update", "--page", "exercise.py"), "does not end with .html"),
        (("lost_update", "--trace", "/dev/full"), "does not end with .json"),
    ],
)
def test_a_run_that_cannot_be_shown_exits_2_and_says_why(clone, words, says):
    done = checker("run", *words, cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_exercise_that_cannot_be_used_is_told_in_a_line(clone):
    checks = clone / "exercises/locks_and_limits/lost_update/checks.py"
    checks.write_text(f"<<<<<<< HEAD\n{checks.read_text()}")
    done = checker("grade", "lost_update", cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert "checks.py: SyntaxError" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_result_that_cannot_be_kept_is_told_as_such(clone):
    kept = clone / ".checker" / "progress.txt"
    kept.mkdir(parents=True)  # Not even root can write a file over a folder.
    exercise = "locks_and_limits/is_it_ready"
    shutil.copyfile(
        clone / "solutions" / exercise / "solution.py",
        clone / "exercises" / exercise / "exercise.py",
    )
    done = checker("grade", "is_it_ready", cwd=clone)
    assert f"{kept}cannotbewritten" in "".join(done.stdout.split())
    done = checker("hint", "is_it_ready", cwd=clone)
    assert "cannot be written" in done.stdout
    assert "checker hint is_it_ready --all" in done.stdout


def test_the_place_of_a_fault_stands_in_one_row_however_narrow_the_window(clone):
    done = checker("grade", "lost_update", "--seed", "1", cwd=clone, COLUMNS="40")
    rows = [row.strip() for row in done.stdout.splitlines()]
    assert any(
        re.fullmatch(r"exercises/locks_and_limits/lost_update/exercise\.py:\d+", row)
        for row in rows
    )


@pytest.mark.parametrize("columns", [1, 5, 9])
def test_a_run_can_be_looked_at_in_a_window_too_narrow_for_it(clone, columns):
    done = checker("run", "lost_update", "--seed", "1", cwd=clone, COLUMNS=str(columns))
    assert done.returncode == cli.FAILED
    assert done.stderr == ""


def test_a_submission_that_cannot_be_run_is_told_as_grade_tells_it(clone):
    (clone / "broken.py").write_text("async def deposit_all(:\n", encoding="utf-8")
    done = checker("run", "lost_update", "--submission", "broken.py", cwd=clone)
    assert done.returncode == cli.FAILED
    assert "a syntax error" in done.stdout
    assert "What happened" not in done.stdout, "nothing did"
    assert done.stderr == ""


# --- checker --version --------------------------------------------------------------------------


def test_the_version_is_that_of_the_kit_and_of_all_that_a_verdict_depends_on(tmp_path):
    done = checker("--version", cwd=tmp_path)
    anyio, trio = metadata.version("anyio"), metadata.version("trio")
    assert done.stdout == (
        f"tasklings {metadata.version('tasklings')} "
        f"(AnyIO {anyio}, trio {trio}, Python {platform.python_version()})\n"
    )
    assert done.returncode == cli.PASSED


def test_the_version_is_told_without_an_event_loop(tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "checker", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    loaded = {row.rpartition("|")[2].strip() for row in done.stderr.splitlines()}
    assert "checker.cli" in loaded
    assert loaded.isdisjoint({"anyio", "trio", "asyncio"})


@pytest.mark.parametrize("command", ["grade", "run", "sweep", "mutate"])
def test_a_seed_is_no_negative_number(clone, command):
    done = checker(command, "lost_update", "--seed", "-1", cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert "a seed is a whole number from 0 to 2^63 - 1" in done.stderr
