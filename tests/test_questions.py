"""Questions about starters: their cards, how they are asked, and the proof that they are right."""

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker import cards
from checker.course import Course, Exercise
from checker.feedback import question
from checker.feedback.terminal import Screen
from checker.judge.grade import Judging
from checker.judge.launch import Sandbox
from checker.judge.question import Unanswered, play_question, play_starter
from checker.progress import Progress
from checker.report import BACKENDS
from checker.submission import Source

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)


@pytest.fixture(autouse=True)
def _plain(plain_environment: None) -> None:
    """Of the tests' own terminal nothing counts."""


def written(draw: Callable[[Screen], None], width: int = 80) -> str:
    screen = Screen(io.StringIO())
    screen.width = width
    screen.unicode = True
    draw(screen)
    stream = screen._stream
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def exercise_named(name: str) -> Exercise:
    (exercise,) = COURSE.select([name])
    return exercise


# --- the questions of the course ----------------------------------------------------------------


@pytest.mark.parametrize("exercise", list(COURSE), ids=lambda e: e.short_name)
def test_every_exercise_asks_a_question_whose_answer_its_starter_gives(exercise, sandbox):
    assert exercise.card is not None
    assert cards.look_at(exercise) == []
    assert cards.prove(exercise, (1, 2, 3), sandbox) == []


@pytest.mark.parametrize("exercise", list(COURSE), ids=lambda e: e.short_name)
def test_a_starter_fails_on_both_backends_whatever_the_seed(exercise, sandbox):
    source = Source("exercise.py", exercise.starter)
    for seed in range(10):
        for backend in BACKENDS:
            judging = Judging(exercise, source, backend, seed, explained=False)
            assert any(
                judging.judge(number, sandbox)[0].status == "failed"
                for number in range(len(exercise.checks))
            ), f"it passes on {backend} with seed {seed}"


def test_what_is_true_is_not_always_the_same_number(sandbox):
    numbers = [
        e.card.number(play_starter(e, sandbox=sandbox).answer) for e in COURSE if e.card is not None
    ]
    assert all(numbers.count(number) <= len(numbers) / 2 for number in numbers)


def test_a_question_about_one_backend_says_what_happens_on_the_other(sandbox):
    exercise = exercise_named("fire_and_forget")
    assert exercise.card is not None
    assert exercise.card.backend == "asyncio"
    assert exercise.card.elsewhere.startswith("On trio ")
    with pytest.raises(Unanswered, match="on trio: it raised RuntimeError: no running event loop"):
        play_question(exercise, exercise.starter, "trio", sandbox=sandbox)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_question_is_answered_by_what_the_program_does_and_not_by_what_is_written(
    backend, sandbox
):
    exercise = exercise_named("one_after_another")
    solution = (exercise.solutions / "solution.py").read_bytes()
    before = play_question(exercise, exercise.starter, backend, sandbox=sandbox)
    after = play_question(exercise, solution, backend, sandbox=sandbox)
    assert (before.answer, before.recording.elapsed) == ("one_by_one", 11.0)
    assert (after.answer, after.recording.elapsed) == ("three_tasks", 10.0)


# --- asking -------------------------------------------------------------------------------------


def test_a_question_is_asked_once_and_before_the_file_is_touched():
    exercise = exercise_named("deadlock")
    assert question.is_due(exercise, exercise.starter, None)
    assert not question.is_due(exercise, exercise.starter, "both")
    assert not question.is_due(exercise, exercise.starter, question.SKIPPED)
    assert not question.is_due(exercise, exercise.starter + b"# mine\n", None)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("1\n", "one_read_each"),
        (" 2. ", "both"),
        ("4)", "no_read"),
        ("s\n", question.SKIPPED),
        ("\n", None),
        ("5", None),
        ("0", None),
        ("both", None),
        ("²", None),
    ],
)
def test_an_answer_is_a_number_and_everything_else_is_no_answer(typed, answer):
    card = exercise_named("deadlock").card
    assert card is not None
    assert question.read_answer(card, typed) == answer
    assert question.prompt(card) == "1, 2, 3 or 4, or s to skip"


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("exercise", list(COURSE), ids=lambda e: e.short_name)
def test_a_card_fits_the_width_and_has_every_answer_by_its_number(exercise, width):
    text = written(lambda screen: question.draw_card(screen, exercise.card), width)
    assert max(map(len, text.splitlines())) <= width
    flat = " ".join(text.split())
    assert exercise.card.text in flat
    for number, answer in enumerate(exercise.card.answers, 1):
        assert f"{number}. {answer.text}" in flat


def test_a_card_does_not_say_which_answer_is_true():
    card = exercise_named("deadlock").card
    assert card is not None
    text = " ".join(written(lambda screen: question.draw_card(screen, card)).split())
    assert not any(answer.because in text for answer in card.answers)


def test_a_right_guess_is_told_so_with_the_reason_and_the_timeline_of_the_starter(sandbox):
    exercise = exercise_named("lost_update")
    card, played = exercise.card, play_starter(exercise, sandbox=sandbox)
    assert card is not None
    text = written(lambda s: question.draw_outcome(s, card, "overwritten", played))
    flat = " ".join(text.split())
    assert flat.startswith("✓ You said 4, and that is what happens: 4. It returns 0,")
    assert card.answer("overwritten").because in flat
    assert "Why not" not in flat
    assert "write(10) L19" in flat


def test_a_wrong_guess_is_told_what_happens_and_why_it_is_not_what_was_guessed(sandbox):
    exercise = exercise_named("fire_and_forget")
    card, played = exercise.card, play_starter(exercise, sandbox=sandbox)
    assert card is not None
    flat = " ".join(written(lambda s: question.draw_outcome(s, card, "three", played)).split())
    assert flat.startswith("You said 4. This is what happens: 2. One: each receipt")
    assert f"Why not 4? {card.answer('three').because}" in flat
    assert card.answer("none").because not in flat
    assert card.elsewhere in flat


def test_a_screen_on_which_nothing_is_drawn_tells_the_story_of_the_starter(sandbox):
    exercise = exercise_named("lost_update")
    card, played = exercise.card, play_starter(exercise, sandbox=sandbox)
    assert card is not None

    def draw(screen: Screen) -> None:
        screen.plain = True
        question.draw_outcome(screen, card, "added", played)

    text = written(draw)
    assert "read() answers 0 for task 2 (deposit)" in text
    assert "━" not in text


# --- the commands -------------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path: Path) -> Course:
    """A course of two exercises as they were shipped."""
    for name in ("first_steps/one_after_another", "locks_and_limits/deadlock"):
        exercise = exercise_named(name)
        for folder, files in (
            (exercise.folder, ("README.md", "exercise.toml", "checks.py")),
            (exercise.solutions, ("starter.py",)),
        ):
            place = tmp_path / folder.relative_to(ROOT)
            place.mkdir(parents=True)
            for file in files:
                (place / file).write_bytes((folder / file).read_bytes())
        (tmp_path / "exercises" / name / "exercise.py").write_bytes(exercise.starter)
    (tmp_path / "exercises" / "course.toml").write_text(
        '[[chapters]]\nname = "first_steps"\ntitle = "1"\nexercises = ["one_after_another"]\n'
        '[[chapters]]\nname = "locks_and_limits"\ntitle = "2"\nexercises = ["deadlock"]\n'
    )
    return Course.load(tmp_path)


def checker(course: Course, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checker", *words],
        cwd=course.root,
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )


def answer_to(course: Course, name: str) -> str | None:
    (exercise,) = course.select([name])
    return Progress(course).answer(exercise)


def test_predict_asks_tells_what_happens_and_keeps_the_first_guess(clone):
    told = checker(clone, "predict", "deadlock", typed="2\n")
    assert told.returncode == 0, told.stderr
    assert "You said 2. This is what happens:" in told.stdout
    assert "∞ stuck: what it waits for never comes" in told.stdout
    assert answer_to(clone, "deadlock") == "both"
    again = checker(clone, "predict", "deadlock", typed="1\n")
    assert "✓ You said 1, and that is what happens:" in again.stdout
    assert answer_to(clone, "deadlock") == "both"


def test_predict_can_be_skipped_and_asks_again_when_it_is_called_again(clone):
    told = checker(clone, "predict", "deadlock", typed="s\n")
    assert told.returncode == 0
    assert told.stdout.endswith("`checker predict deadlock` asks it again.\n")
    assert answer_to(clone, "deadlock") == question.SKIPPED
    checker(clone, "predict", "deadlock", typed="3\n")
    assert answer_to(clone, "deadlock") == "first_only"


@pytest.mark.parametrize("typed", ["", "what?\n", "\n", "7\n8\n9\n10\n"])
def test_who_says_nothing_that_is_an_answer_has_not_answered(clone, typed):
    told = checker(clone, "predict", "deadlock", typed=typed)
    assert told.returncode == 0
    assert "asks it again" in told.stdout
    assert "What the program does now" not in told.stdout
    assert told.stdout.count("Type 1, 2, 3 or 4, or s to skip.") == min(typed.count("\n"), 3)
    assert answer_to(clone, "deadlock") is None


def test_predict_plays_the_starter_whatever_has_become_of_the_file(clone):
    (exercise,) = clone.select(["deadlock"])
    exercise.file.write_text("this is not Python")
    told = checker(clone, "predict", "deadlock", typed="1\n")
    assert "✓ You said 1" in told.stdout


def test_predict_shows_the_program_that_it_asks_about_where_the_file_is_another_one(clone):
    (exercise,) = clone.select(["deadlock"])
    asked = checker(clone, "predict", "deadlock", typed="1\n").stdout
    assert "Read exercise.py, then guess." in asked
    assert "What the program does now" in asked
    exercise.file.write_bytes((ROOT / "solutions" / exercise.name / "solution.py").read_bytes())
    asked = checker(clone, "predict", "deadlock", typed="1\n").stdout
    assert "exercise.py, then guess" not in asked
    assert all(row in asked for row in exercise.starter.decode().splitlines())
    assert "What it did as you were given it" in asked


def test_an_exercise_without_a_question_says_what_else_there_is(clone):
    (exercise,) = clone.select(["deadlock"])
    file = exercise.folder / "exercise.toml"
    file.write_text(file.read_text(encoding="utf-8").partition("[question]")[0], encoding="utf-8")
    told = checker(clone, "predict", "deadlock", typed="1\n")
    assert told.returncode == 2
    assert "has no question; `checker run deadlock` shows a run of it" in told.stderr


def test_a_question_that_its_starter_does_not_answer_is_no_traceback(clone):
    (exercise,) = clone.select(["deadlock"])
    (exercise.solutions / "starter.py").write_text("async def transfer_all(accounts, pairs): ...\n")
    told = checker(clone, "predict", "deadlock", typed="1\n")
    assert told.returncode == 0
    assert "The starter could not be played: two_transfers on asyncio returned None" in " ".join(
        told.stdout.split()
    )
    assert told.stderr == ""


def in_a_terminal(course: Course, *words: str, typed: str) -> str:
    """What a command writes into a terminal in which somebody types this."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "checker", *words],
            cwd=course.root,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "LC_ALL": "C.UTF-8"},
        )
        os.close(theirs)
        os.write(ours, typed.encode())
        seen = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # What Linux says when nobody is left at the other end.
                break
            if not part:
                break
            seen += part
        assert process.wait() == 0
    finally:
        os.close(ours)
    return seen.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.mark.parametrize("command", [("brief", "one_after_another"), ("next",)])
def test_a_brief_asks_the_question_once_and_only_in_a_terminal(clone, command):
    assert "A question first" not in checker(clone, *command, typed="1\n").stdout
    first = in_a_terminal(clone, *command, typed="1\n\n")
    asked, told, brief = map(
        first.index,
        ("A question first", "You said 1. This is what happens:", "A company is printing"),
    )
    assert asked < told < brief, "the brief would give the answer away"
    assert "exercises/first_steps/one_after_another/exercise.py" in first[:asked]
    assert answer_to(clone, "one_after_another") == "three_tasks"
    assert "A question first" not in in_a_terminal(clone, *command, typed="")


def test_a_brief_asks_nothing_when_the_file_has_been_touched(clone):
    (exercise,) = clone.select(["one_after_another"])
    exercise.file.write_text("# mine\n")
    assert "A question first" not in in_a_terminal(clone, "brief", "one_after_another", typed="")


# --- the proof ----------------------------------------------------------------------------------

TOML = """\
title = "Two"
gives = ["task"]
difficulty = 1
hints = ["a", "b"]

[question]
text = "What does `main` return?"
{more}
[[question.answers]]
key = "two"
text = "2"
because = "It says so."

[[question.answers]]
key = "three"
text = "3"
because = "It would say so."

[[question.answers]]
key = "error"
text = "{last}"
because = "{because}"
"""

CHECKS = """\
from checker import Case, check, question

@check("It returns 3")
def three(case: Case) -> None:
    for world in case.explore():
        world.run("main").expect_value(3)

@question
def what(case: Case) -> str | None:
    run = case.world().{how}("main")
    if run.error is not None:
        return "error"
    return {returned}
"""


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Exercise]:
    """An exercise with a question, made of parts."""

    def made(
        *,
        starter: str = "async def main(): return 2",
        solution: str = "async def main(): return 3",
        more: str = "",
        last: str = "nothing",
        because: str = "It raises nothing.",
        how: str = "attempt",
        returned: str = '{2: "two", 3: "three"}.get(run.value)',
    ) -> Exercise:
        exercise = Exercise("c", "e", tmp_path / "e", tmp_path / "s", work=tmp_path / "e")
        exercise.folder.mkdir()
        exercise.solutions.mkdir()
        toml = TOML.format(more=more, last=last, because=because)
        (exercise.folder / "exercise.toml").write_text(toml)
        checks = CHECKS.format(how=how, returned=returned)
        (exercise.folder / "checks.py").write_text(checks)
        (exercise.solutions / "starter.py").write_text(starter)
        (exercise.solutions / "solution.py").write_text(solution)
        return exercise

    return made


def faults(exercise: Exercise, sandbox: Sandbox) -> list[str]:
    return cards.look_at(exercise) or cards.prove(exercise, range(1, 9), sandbox)


def test_a_question_that_is_right_has_no_faults(made, sandbox):
    assert faults(made(), sandbox) == []


ON_TRIO = "import sniffio\nasync def main(): return 2 + (sniffio.current_async_library() == 'trio')"


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"returned": '"two"'}, "the answer 'three' can never come true: what in checks.py does"),
        ({"last": "3"}, "two answers of the question are the same"),
        ({"because": ""}, "the answer 'error' does not say why it is so"),
        ({"more": 'backend = "curio"\nelsewhere = "No."'}, "'curio', which is no backend"),
        ({"more": 'backend = "trio"'}, "belong together: give both, or neither"),
        (
            {"more": 'backend = "trio"\nelsewhere = "On asyncio it returns 1."'},
            "'two' comes true on asyncio, too; take `backend` and `elsewhere` out",
        ),
        ({"starter": "async def main(): return 4"}, "what on asyncio returned None, which is none"),
        (
            {"starter": "async def main(): raise ValueError('no')", "how": "run"},
            "is not answered by the starter: what on asyncio: it raised ValueError: no",
        ),
        (
            {"starter": "async def main(): return 3"},
            "'three' is true of the solution, too; ask about something that is to be fixed",
        ),
        (
            {"starter": ON_TRIO, "solution": "async def main(): return 4"},
            "more than one answer comes true of the starter: 'two' (on asyncio), 'three' (on trio)",
        ),
        (
            {"returned": 'case.random.choice(["two", "three"])'},
            "more than one answer comes true of the starter",
        ),
        (
            {"because": "There is no `helper`.", "solution": "async def main(): return helper()"},
            "the question names helper, which is in the solution and not in the starter",
        ),
    ],
)
def test_what_is_wrong_with_a_question_is_found(made, sandbox, parts, fault):
    found = faults(made(**parts), sandbox)
    assert len(found) == 1, found
    assert fault in found[0]


def test_a_card_needs_a_question_and_a_question_a_card(made, sandbox):
    exercise = made()
    checks = exercise.folder / "checks.py"
    checks.write_text(checks.read_text().replace("@question\n", ""))
    (found,) = cards.look_at(exercise)
    assert "0 questions in it; make one with @question" in found


def test_a_question_without_a_card_is_found(made):
    exercise = made()
    file = exercise.folder / "exercise.toml"
    file.write_text(file.read_text().partition("[question]")[0])
    assert cards.look_at(exercise) == ["has no [question], and checks.py has what for it"]


def test_verify_tells_of_a_question_that_is_wrong(clone):
    exercise = next(e for e in clone if e.short_name == "deadlock")
    file = exercise.folder / "exercise.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('key = "both"', 'key = "each"'), encoding="utf-8")
    told = checker(clone, "verify", "--no-mutants", "--seeds", "1", "deadlock")
    assert told.returncode == 1
    assert re.search(r"exercise\.toml: the answer 'each' can never come true", told.stdout)
