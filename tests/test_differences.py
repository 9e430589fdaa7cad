"""What is said of a program that fails on one backend alone: nothing but what was tried."""

import io
import textwrap

import pytest
from msgspec import structs

from checker.course import Course
from checker.feedback import console
from checker.feedback.terminal import Screen
from checker.judge.grade import grade
from checker.report import BACKENDS, CheckReport, summarize_exercise, summarize_submission
from checker.submission import Source

CHECKS = """
from checker import Case, Service, check


class Desk(Service):
    latency = 1.0

    def ask(self, n: int) -> int:
        return n


@check("The answers come in order")
def in_order(case: Case) -> None:
    for world in case.explore():
        run = world.run("main", world.add(Desk()))
        run.expect(run.value == list(range(8)), f"it returned {run.value}")


@check("It asks eight times")
def eight(case: Case) -> None:
    for world in case.explore():
        run = world.run("main", world.add(Desk()))
        run.expect(len(run.calls) == 8, f"it asked {len(run.calls)} times")
"""


@pytest.fixture
def reports(tmp_path, sandbox):
    """The reports of an answer, by check and backend."""
    folder = tmp_path / "exercises" / "orders" / "asking"
    folder.mkdir(parents=True)
    (tmp_path / "exercises" / "course.toml").write_text(
        '[[chapters]]\nname = "orders"\ntitle = "Orders"\nexercises = ["asking"]\n'
    )
    (folder / "checks.py").write_text(CHECKS)
    (folder / "exercise.toml").write_text(
        'title = "Asking"\ngives = ["tasks"]\ndifficulty = 1\nhints = ["one", "two"]\n'
    )
    starter = tmp_path / "solutions" / "orders" / "asking" / "starter.py"
    starter.parent.mkdir(parents=True)
    starter.write_text("async def main(desk): ...\n")
    [exercise] = Course.load(tmp_path)

    def reports(answer):
        source = Source("exercise.py", textwrap.dedent(answer).encode())
        report = grade(exercise, source, sandbox=sandbox, seed=1)
        out = io.StringIO()
        whole = summarize_submission(1, (report,))
        console.show(Screen(out), whole, {}, ("asyncio", "trio"), everything=True)
        return {(c.name, c.backend): c for c in report.checks}, out.getvalue()

    return reports


def test_that_the_order_of_ready_tasks_decides_is_said_where_the_other_order_was_tried(reports):
    found, _ = reports("""
        import anyio

        async def main(desk):
            answers = []

            async def ask(n):
                answers.append(await desk.ask(n))

            async with anyio.create_task_group() as group:
                for n in range(8):
                    group.start_soon(ask, n)
            return answers
        """)
    assert found["in_order", "asyncio"].status == "passed"
    said = found["in_order", "trio"].message
    assert "On asyncio it passes: asyncio runs tasks in the order" in said
    assert "those that were started first run first, this run passes on trio too" in said


def test_no_reason_is_made_up_where_another_thing_decides(reports):
    found, _ = reports("""
        import sniffio

        async def main(desk):
            answers = [await desk.ask(n) for n in range(8)]
            return answers if sniffio.current_async_library() == "asyncio" else []
        """)
    said = found["in_order", "trio"].message
    assert "On asyncio it passes" in said
    assert "order in which they became ready" not in said


def test_a_backend_on_which_nothing_was_tried_is_not_said_to_fail(reports):
    found, shown = reports("""
        async def main(desk):
            while True:
                pass
        """)
    assert found["in_order", "asyncio"].tried
    assert not found["eight", "asyncio"].tried
    assert not found["in_order", "trio"].tried
    assert "passes" not in found["in_order", "trio"].message
    assert "x The answers come in order (asyncio)\n" in shown
    assert "trio: not tried, since it met the time limit on asyncio" in shown


def test_a_reason_is_told_once_in_an_exercise_and_so_is_what_to_try(reports):
    found, shown = reports("""
        async def main(desk):
            raise ValueError("no")
        """)
    assert found["eight", "trio"].message == found["in_order", "trio"].message
    assert shown.count("ValueError: no") == 1
    assert shown.count("Try: ") == 1


def test_two_checks_that_fail_for_different_reasons_are_both_told(reports):
    _, shown = reports("""
        async def main(desk):
            return [await desk.ask(n) for n in range(9)]
        """)
    assert "it returned [0, 1, 2, 3, 4, 5, 6, 7, 8]" in shown
    assert "it asked 9 times" in shown
    assert "the same" not in shown


def test_a_cause_that_is_known_from_a_check_above_is_not_told_again():
    told = CheckReport(
        "a",
        "A",
        "asyncio",
        "failed",
        1,
        "1 was late",
        "exercise.py",
        3,
        causes=("task 2 (f) holds the event loop",),
        topics=("1 was late", "HeldLoop at 3"),
    )
    of_the_same = structs.replace(told, name="b", seen="2 lost", topics=("2 lost", "HeldLoop at 3"))
    of_another = structs.replace(of_the_same, topics=("2 lost", "HeldLoop at 4"))
    assert of_another.told_beside(told.topics) == of_another.told
    assert of_the_same.told_beside(told.topics) == "2 lost\nWhat happened: the same as above"


def test_a_backend_that_fails_as_the_other_one_does_is_not_said_to_fail_as_a_check_above():
    one = CheckReport("a", "A", "asyncio", "failed", 1, "1 of 8", "exercise.py", 3, topics=("few",))
    other = structs.replace(one, backend="trio", seen="2 of 9")
    after = structs.replace(other, name="b", title="B", seen="3 of 9")
    report = summarize_exercise("c/e", "E", (one, other, after), started=True)
    stream = io.StringIO()
    summary = summarize_submission(1, (report,))
    console.show(Screen(stream), summary, {}, BACKENDS, everything=True, details=True)
    rows = [row.strip() for row in stream.getvalue().splitlines()]
    assert "asyncio: 1 of 8" in rows
    assert "trio: fails in the same way" in rows
    assert "fails in the same way as the check above" in rows
