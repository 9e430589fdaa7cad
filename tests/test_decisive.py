"""What decided a failing run: what is said of it is held against all the orders that there are."""

import subprocess
import sys
from pathlib import Path

import pytest

from checker import Case, Service, check
from checker.course import Course
from checker.feedback import decided as drawing
from checker.feedback.terminal import Screen
from checker.judge.attempt import play
from checker.judge.choices import Replay
from checker.judge.decisive import CONTINUATIONS, decide
from checker.judge.launch import Program
from checker.judge.search.events import Events
from checker.judge.search.exhaustive import next_order
from checker.judge.setting import Setting
from checker.judge.show import decided, show, show_again
from checker.recording import Decided
from checker.submission import Source
from tests.conftest import written

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)


@pytest.fixture
def decision(sandbox, backend):
    """What is said to have decided the run in which a file beside the solution of an exercise fails."""

    def decision(name: str, file: str = "starter.py", check: str | None = None) -> Decided | None:
        (exercise,) = COURSE.select([name])
        source = Source("exercise.py", (exercise.solutions / file).read_bytes())
        wanted = next((each for each in exercise.checks if each.name == check), None)
        (shown,) = show(exercise, source, sandbox=sandbox, seed=7, backends=[backend], check=wanted)
        assert not shown.passed
        return decided(exercise, source, shown, sandbox=sandbox).recording.decided

    return decision


def happened(order):
    return [(one.task, one.what) for step in order.steps for one in step.happened]


# --- against all orders -------------------------------------------------------------------------


class Account(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.balance = 0

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


@check("Nothing is lost")
def nothing_is_lost(case: Case) -> None:
    for world in case.explore(orders=True):
        account = world.add(Account())
        run = world.run("main", account)
        run.expect(account.balance == 11, f"{account.balance} of 11 is left")


RACE = """
    import anyio

    async def pay(account, amount):
        balance = await account.read()
        await account.write(balance + amount)

    async def main(account):
        async with anyio.create_task_group() as group:
            group.start_soon(pay, account, 1)
            group.start_soon(pay, account, 10)
"""


def test_up_to_the_step_before_some_order_passes_and_from_it_on_none_does(sandbox, backend):
    setting = Setting(sandbox, Program(written(RACE).encode()), backend)

    def again(replay, scheduler=None):
        return play(nothing_is_lost, setting, "", replay, scheduler=scheduler)

    passes = {}
    events = (0, 1)
    while events is not None:
        attempt = again(Replay((), events))
        made = tuple(choice.taken for choice in attempt.choices.events)
        passes[made] = attempt.failure is None
        events = next_order(attempt.choices.events)
    assert 0 < sum(passes.values()) < len(passes)

    for made, passed in passes.items():
        if passed:
            continue
        failing = again(Replay((), made))
        found = decide(failing, again, "a token")
        assert found is not None
        assert found.step is not None
        # Each step of the failing run is a choice but the last one.
        assert [step.is_choice for step in found.fails.steps] == [True] * len(made[2:]) + [False]
        before, after = made[: 2 + found.step - 1], made[: 2 + found.step]
        assert any(each for other, each in passes.items() if other[: len(before)] == before)
        assert not any(each for other, each in passes.items() if other[: len(after)] == after)
        for number in found.indifferent:
            place = 2 + number - 1
            other = (*made[:place], 1 - made[place], *made[place + 1 :])
            assert again(Replay((), other)).failure is not None
        alone = [(*made[:n], 1 - made[n], *made[n + 1 :]) for n in range(2, len(made))]
        one_helps = any(again(Replay((), other)).failure is None for other in alone)
        assert (found.changes == 1) == one_helps


def test_the_choices_about_events_are_put_together_as_they_were_taken_apart(sandbox, backend):
    setting = Setting(sandbox, Program(written(RACE).encode()), backend)
    attempt = play(nothing_is_lost, setting, "", Replay((), (7, 1, 1, 0, 1)))
    events = Events.of(attempt.choices, attempt.aims, 1)
    assert events.replay().events[:5] == (7, 1, 1, 0, 1)
    assert events.moves == 2


# --- on the exercises ---------------------------------------------------------------------------


def test_a_deposit_is_lost_once_both_have_read_and_not_before(decision):
    found = decision("lost_update")
    reads = [n for n, step in enumerate(found.fails.steps, 1) if "read" in step.happened[0].what]
    assert found.step == reads[1]
    assert found.continuations == CONTINUATIONS
    assert found.fails.steps[found.step - 1].happened[0].line == 18
    assert reads[0] in found.indifferent
    assert found.difference == found.step
    assert found.changes == 1
    same = found.difference - 1
    assert happened(found.fails)[:same] == happened(found.passes)[:same]
    assert happened(found.fails)[same] != happened(found.passes)[same]


def test_where_every_order_ends_in_a_deadlock_the_order_does_not_decide(decision):
    found = decision("deadlock")
    assert found.step is None
    assert found.continuations == CONTINUATIONS
    assert found.passes is None


def test_a_deadlock_of_some_orders_is_told_from_the_step_on_at_which_it_is_certain(decision):
    found = decision("deadlock", "mistakes/lock_for_each_pair.py")
    assert 1 < found.step < len(found.fails.steps)
    assert found.passes is not None


def test_a_class_is_told_of_as_a_function_is(decision):
    found = decision("single_flight", check="shared_errors")
    assert found.step is not None
    assert found.indifferent
    assert found.passes is not None
    assert any("fetch() fails" in one.what for s in found.fails.steps for one in s.happened)


def test_the_failure_of_a_call_is_a_choice_like_any_other(decision):
    found = decision(
        "fire_and_forget", "mistakes/undelivered_goes_into_the_log.py", "errors_come_out"
    )
    step = found.fails.steps[found.step - 1]
    assert "deliver() fails" in step.happened[0].what
    assert found.changes == 1
    assert "fails" not in found.passes.steps[found.step - 1].happened[0].what


def test_where_the_world_had_no_choice_nothing_is_said(decision):
    assert decision("too_many_at_once") is None
    assert decision("sleeping_loop") is None


def test_the_same_token_gives_the_same_answers(sandbox):
    (exercise,) = COURSE.select(["leaked_permit"])
    source = Source("exercise.py", exercise.starter)
    (first,) = show(exercise, source, sandbox=sandbox, seed=3, backends=["trio"])
    token = first.recording.token
    found = []
    for _ in range(2):
        (shown,) = show_again(exercise, source, token, sandbox=sandbox)
        found.append(decided(exercise, source, shown, sandbox=sandbox).recording.decided)
    assert found[0] == found[1]
    assert found[0] == decided(exercise, source, first, sandbox=sandbox).recording.decided


def test_grading_does_not_even_import_it():
    code = (
        "import sys, checker.cli.grade_command, checker.judge.grade\n"
        "sys.exit('checker.judge.decisive' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


# --- as it is drawn -----------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """A decision, as a screen of some width shows it."""

    def drawn(found: Decided, width: int) -> list[str]:
        path = tmp_path / "screen"
        with path.open("w", encoding="utf-8") as stream:
            screen = Screen(stream)
            screen.width = width
            drawing.show(screen, found)
        return path.read_text(encoding="utf-8").splitlines()

    return drawn


def test_the_two_orders_stand_beside_each_other_with_a_column_a_task(decision, drawn):
    rows = drawn(decision("lost_update"), 80)
    (heading,) = [row for row in rows if "it fails" in row]
    assert heading.split() == ["it", "fails", "it", "passes"]
    (names,) = [row for row in rows if row.split() == ["4", "deposit", "5", "deposit"] * 2]
    (first,) = [row for row in rows if row.startswith("  > ")]
    assert first.index("read() -> 1 L18") == names.index("5 deposit")
    assert first.rindex("write(2) L19") == names.rindex("4 deposit")
    text = " ".join(" ".join(rows).split())
    assert "it ended well in none of 20 random continuations" in text
    assert "line 18" in text


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize(
    ("name", "check"), [("lost_update", None), ("single_flight", "shared_errors")]
)
def test_no_row_is_wider_than_the_screen(decision, drawn, name, check, width):
    rows = drawn(decision(name, check=check), width)
    assert max(map(len, rows)) <= width
    assert any(row.startswith("  > ") for row in rows)
