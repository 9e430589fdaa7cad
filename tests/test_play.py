"""`checker play`: whoever plays the network chooses what comes next, and can go back."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker import cli
from checker.course import Course
from checker.judge.game import Game, NoGame, find_goal
from checker.submission import Source

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)
SEED = 7


@pytest.fixture
def game(sandbox, backend):
    """A game of a file beside the solution of an exercise."""

    def game(name: str, file: str = "starter.py", check: str | None = None) -> Game:
        (exercise,) = COURSE.select([name])
        source = Source(file, (exercise.solutions / file).read_bytes())
        goal = find_goal(exercise, sandbox, backend, SEED, cli.select_check(exercise, check))
        return Game(exercise, source, sandbox, backend, goal)

    return game


def ends(game: Game, most: int = 40):
    """How the runs of a game end, for all moves that can be made: at the most so many runs."""
    found = []
    paths = [()]
    while paths and len(found) < most:
        path = paths.pop()
        position = game.position(path)
        if position.ended is not None:
            found.append((path, position))
        for number, move in enumerate(position.moves):
            ways = [(number, way) for way in range(len(move.more))] or [(number,)]
            paths += [(*path, way) for way in ways]
    return found


# --- the rules ----------------------------------------------------------------------------------


def test_some_orders_lose_a_deposit_of_the_starter_and_some_do_not(game):
    found = ends(game("lost_update"))
    assert {position.ended.broken for _, position in found} == {True, False}
    for _, position in found:
        assert bool(position.ended.message) == position.ended.broken


def test_without_a_move_it_goes_as_it_does_for_the_judge(game):
    starter = game("lost_update")
    assert starter.goal.moves == 0
    path = ()
    while starter.position(path).moves:
        assert starter.position(path).moves[0].is_plainest
        path = (*path, (0,))
    position = starter.position(path)
    assert position.taken == 0
    assert position.ended.broken
    assert position.ended == starter.judged
    assert starter.breaks_by_itself


@pytest.mark.parametrize("name", ["lost_update", "deadlock", "leaked_permit"])
def test_nobody_breaks_a_right_answer(game, name):
    right = game(name, "solution.py")
    found = ends(right, 30)
    assert found
    assert not any(position.ended.broken for _, position in found)
    assert not right.judged.broken


def test_whatever_is_chosen_the_starter_of_the_deadlock_breaks(game):
    found = ends(game("deadlock"))
    assert all(position.ended.broken for _, position in found)
    assert all("deadlock" in position.ended.message for _, position in found)


def test_each_choice_that_is_not_the_plainest_counts_as_a_move(game):
    starter = game("lost_update")
    for path, position in ends(starter):
        assert position.taken == sum(number > 0 for number, *_ in path)


def test_a_position_tells_what_is_under_way_and_who_holds_what(game):
    position = game("leaked_permit").position(())
    assert position.ended is None
    text = "\n".join(position.under_way)
    assert re.search(r"task \d+ \(render\) at line 24: render\('.+'\) of Renderer 1, due at", text)
    assert "waits for a Semaphore with no permits left, taken by task" in text
    assert position.story[-1].at <= position.at


def test_the_story_of_a_position_goes_on_from_that_of_the_one_before(game):
    starter = game("leaked_permit")
    before, path = starter.position(()), ()
    for number in (0, 1, 0, 2):
        if not before.moves:
            break
        path = (*path, (min(number, len(before.moves) - 1),))
        after = starter.position(path)
        assert after.story[: len(before.story)] == before.story
        assert len(after.story) > len(before.story)
        before = after
    assert len(path) > 1


def test_going_back_is_to_leave_the_last_move_out(game):
    starter = game("lost_update")
    before = starter.position(((0,),))
    starter.position(((0,), (1,)))
    assert starter.position(((0,),)) == before


def test_somebody_is_cancelled_at_any_moment_but_only_once(game):
    starter = game("forgotten_await")
    position = starter.position(())
    (number,) = [n for n, move in enumerate(position.moves) if "is cancelled" in move.what]
    after = starter.position(((number,),))
    assert any("is cancelled" in sentence.text for sentence in after.story)
    assert not any("is cancelled from outside" in move.what for move in after.moves)
    assert after.taken == 1


def test_a_call_fails_with_an_error_of_choice_but_only_one(game):
    starter = game("forgotten_await", check="refusal_is_heard")
    position = starter.position(())
    (number,) = [n for n, move in enumerate(position.moves) if "fails for" in move.what]
    ways = position.moves[number].more
    assert len({way.what for way in ways}) == len(ways) > 1
    after = starter.position(((number, 1),))
    assert any("fails for" in sentence.text for sentence in after.story)
    assert not any("fails for" in move.what for move in after.moves)
    assert after.taken == 1


def test_where_the_network_has_nothing_to_choose_there_is_no_game(game):
    with pytest.raises(NoGame, match="nothing to choose"):
        game("sleeping_loop")
    with pytest.raises(NoGame, match="the judge itself finds no"):
        game("one_after_another", check="offices_overlap")


# --- as it is typed -----------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path):
    """The kit as it was shipped, whatever has been done to this one since."""
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for exercise in Course.load(tmp_path):
        exercise.file.write_bytes(exercise.starter)
    return tmp_path


def typed(text, *words, cwd):
    return subprocess.run(
        [sys.executable, "-m", "checker", "play", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        input=text,
    )


def test_a_number_chooses_and_u_goes_back(clone):
    done = typed("2\n1\nu\nq\n", "lost_update", "--seed", SEED, cwd=clone)
    assert done.returncode == cli.PASSED, done.stderr
    assert not done.stderr
    first, *answers = done.stdout.split("\n> ")
    assert "No deposit is lost" in first
    assert "   1  the reply to read() reaches task 4 (deposit) (L18)" in first
    assert "   2  the reply to read() reaches task 5 (deposit) (L18)" in first
    assert re.search(r"read\(\) answers \d+ for task 5 \(deposit\)", answers[0])
    assert ", 1 move\n" in answers[0]
    # What came after the move that was taken back is told again.
    assert answers[2].partition("\n")[2] == answers[0].partition("\n")[2]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_broken_promise_is_told_with_the_moves_and_what_decided_it(clone, backend):
    words = ("lost_update", "--starter", "--seed", SEED, "--backend", backend)
    done = typed("2\n1\ne\n", *words, cwd=clone)
    text = " ".join(done.stdout.split())
    assert done.returncode == cli.PASSED, done.stderr
    assert f"The program is the starter, on {backend}." in text
    assert "✗ Broken, with 1 move. Here the starter breaks by itself" in text
    assert "without having read what" in text
    assert "With 1 other choice it passes:" in text


def test_an_order_that_the_starter_survives_is_told_as_such(clone):
    done = typed("1\n2\n1\n1\n", "lost_update", "--seed", SEED, cwd=clone)
    assert "✓ It survived, with 1 move of yours" in done.stdout


def test_ones_own_answer_plays_in_the_world_that_breaks_the_starter(clone):
    (exercise,) = COURSE.select(["lost_update"])
    solution = (exercise.solutions / "solution.py").read_bytes()
    (clone / exercise.file.relative_to(ROOT)).write_bytes(solution)
    done = typed("s\n", "lost_update", "--seed", SEED, cwd=clone)
    text = " ".join(done.stdout.split())
    assert "It held: the promise is kept" in text
    assert "There was nothing to choose" in text
    assert "does not break this program" in text
    larger = typed("2\n2\ne\n", "lost_update", "--seed", SEED, "--large", cwd=clone)
    assert "It held: the promise is kept, in a run with 2 moves." in larger.stdout


def test_s_shows_the_run_of_the_judge_and_b_changes_the_backend(clone):
    done = typed("s\nb\n", "lost_update", "--seed", SEED, cwd=clone)
    judged = done.stdout.index("The judge's run breaks the promise:")
    assert judged < done.stdout.index("Who did what when") < done.stdout.index("on trio.")
    assert done.stdout.count("You are the network.") == 2


def test_a_game_with_a_seed_repeats(clone):
    words = ("results_from_tasks", "--seed", SEED)
    first, again = (typed("2\n3\n2\n1\ne\n", *words, cwd=clone).stdout for _ in range(2))
    assert first == again
    assert "✗ Broken" in first or "✓" in first


def test_what_is_no_move_is_answered_with_what_would_be_one(clone):
    done = typed("9\nnonsense\n?\n0\n", "lost_update", "--seed", SEED, cwd=clone)
    assert done.stdout.count("type a number from 1 to 2, or ? for help") == 3
    assert "go back to the choice before" in done.stdout
    assert done.returncode == cli.PASSED


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sleeping_loop",), "the network has nothing to choose"),
        (("lost_update", "--check", "nonsense"), "it has no_lost_update, accounts_overlap"),
        (("locks_and_limits",), "checker play too_many_at_once"),
        (("lost_update", "--submission", "nowhere"), "nowhere does not exist"),
    ],
)
def test_what_cannot_be_played_is_refused_with_what_to_do_instead(clone, words, said):
    done = typed("", *words, cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_ends_the_game_and_the_runs_with_it(clone):
    playing = subprocess.Popen(
        [sys.executable, "-m", "checker", "play", "lost_update", "--seed", str(SEED)],
        cwd=clone,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert playing.stdout is not None
        while "what comes next?" not in playing.stdout.readline():
            pass
        os.killpg(playing.pid, signal.SIGINT)
        _, said = playing.communicate(timeout=60)
        assert playing.returncode == cli.PASSED
        assert "Traceback" not in said
        until = time.monotonic() + 60
        while _is_alive(playing.pid):
            assert time.monotonic() < until, "a process of the game is left"
            time.sleep(0.05)
    finally:
        if _is_alive(playing.pid):
            os.killpg(playing.pid, signal.SIGKILL)


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
