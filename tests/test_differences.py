"""What is said of a program that fails on one backend alone: nothing but what was tried."""

import io
import textwrap

import pytest
from msgspec import structs

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
def reports(exercise_with, sandbox):
    """The reports of an answer, by check and backend."""
    exercise = exercise_with(CHECKS)

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
    assert "On asyncio this check passes" in said
    assert "order in which they became ready" not in said


NAMES_ASYNCIOS = """
    import asyncio
    import anyio

    async def main(desk):
        answers = []

        async def ask(n):
            try:
                await anyio.sleep_forever()
            except {what}:  # what asyncio cancels with is asyncio.CancelledError
                answers.append(n)
                raise

        async with anyio.create_task_group() as group:
            for n in range(8):
                group.start_soon(ask, n)
            await anyio.sleep(1)
            group.cancel_scope.cancel()
        for n in range(8):
            await desk.ask(n)
        return answers
"""


@pytest.mark.parametrize("what", ["asyncio.CancelledError", "(ValueError, asyncio.CancelledError)"])
def test_an_except_that_a_cancellation_of_trios_passes_is_named(reports, what):
    found, _ = reports(NAMES_ASYNCIOS.format(what=what))
    assert found["in_order", "asyncio"].status == "passed"
    said = found["in_order", "trio"].message
    assert "so a cancellation passed the `except` at line 11; anyio.get_cancelled" in said


PASSED_NONE = {
    "only a comment names it": """
        import sniffio
        import anyio

        async def main(desk):
            with anyio.move_on_after(0.5):  # raises asyncio.CancelledError inside
                await anyio.sleep(1)
            answers = [await desk.ask(n) for n in range(8)]
            return answers if sniffio.current_async_library() == "asyncio" else []
        """,
    "another task is cancelled": """
        import asyncio
        import sniffio
        import anyio

        async def one(desk, n, answers):
            try:
                answers.append(await desk.ask(n))
            except asyncio.CancelledError:
                answers.append(0)
                raise

        async def main(desk):
            with anyio.move_on_after(0.5):
                await anyio.sleep(1)
            answers = []
            for n in range(8):
                await one(desk, n, answers)
            return answers if sniffio.current_async_library() == "asyncio" else []
        """,
    "it takes what the backend cancels with, too": """
        import asyncio
        import sniffio
        import anyio

        async def main(desk):
            with anyio.move_on_after(0.5):
                try:
                    await anyio.sleep(1)
                except (asyncio.CancelledError, anyio.get_cancelled_exc_class()):
                    print("cancelled")
                    raise
            answers = [await desk.ask(n) for n in range(8)]
            return answers if sniffio.current_async_library() == "asyncio" else []
        """,
    "the except does nothing": """
        import asyncio
        import sniffio
        import anyio

        async def main(desk):
            with anyio.move_on_after(0.5):
                try:
                    await anyio.sleep(1)
                except asyncio.CancelledError:
                    raise
            answers = [await desk.ask(n) for n in range(8)]
            return answers if sniffio.current_async_library() == "asyncio" else []
        """,
}


@pytest.mark.parametrize("answer", PASSED_NONE.values(), ids=PASSED_NONE)
def test_no_except_is_named_that_no_cancellation_passed(reports, answer):
    found, _ = reports(answer)
    said = found["in_order", "trio"].message
    assert "On asyncio this check passes" in said
    assert "asyncio.CancelledError" not in said


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
    assert "trio: not tried: it met a limit on asyncio" in shown


def test_checks_that_were_not_tried_are_counted_and_not_listed(reports):
    _, shown = reports("""
        async def main(desk):
            while True:
                pass
        """)
    assert shown.count("it has not let the event loop run since 0 s") == 1
    assert "  1 more check was not tried.\n" in shown
    assert "fails in the same way" not in shown


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


def test_what_was_not_tried_is_not_said_to_fail_as_the_check_above():
    why = "not tried: it met a limit on asyncio"
    left = CheckReport(
        "a", "A", "trio", "failed", 1, why, "exercise.py", None, topics=(why,), tried=False
    )
    assert left.told_beside(left.topics) == why


def test_what_a_program_printed_and_what_was_noticed_is_told_once(reports):
    _, shown = reports("""
        async def main(desk):
            print("asking")
            desk.ask(1)
            return [await desk.ask(n) for n in range(9)]
        """)
    assert "it returned" in shown
    assert "it asked" in shown
    assert shown.count("0 s: asking") == 1
    assert shown.count("was never awaited") == 1


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
