"""What is said of a program whose calls share what they should not: only what a fresh import for each proves."""

import textwrap

import pytest

from checker.judge.grade import grade
from checker.submission import Source

CHECKS = """
from checker import Case, Service, check


class Desk(Service):
    latency = 1.0

    def ask(self, n: int) -> int:
        return n


@check("Each call asks once", advice="ask once in each call")
def each_asks(case: Case) -> None:
    for world in case.explore():
        desks = [world.add(Desk()) for _ in range(2)]
        first = world.call("main", desks[0])
        run = world.run_all(first, world.call("main", desks[1]).after(first))
        for desk in desks:
            asked = sum(call.service is desk for call in run.calls)
            run.expect(asked == 1, f"it asked {asked} times")


@check("Each clerk asks once", advice="ask once with each clerk")
def clerks_ask(case: Case) -> None:
    for world in case.explore():
        desks = [world.add(Desk()) for _ in range(2)]
        clerks = [world.new("Clerk", desk) for desk in desks]
        run = world.run_all(*(clerk.ask() for clerk in clerks))
        for desk in desks:
            asked = sum(call.service is desk for call in run.calls)
            run.expect(asked == 1, f"it asked {asked} times")
"""

RIGHT = """
class Clerk:
    def __init__(self, desk):
        self.desk = desk

    async def ask(self):
        await self.desk.ask(1)

async def main(desk):
    await desk.ask(1)
"""

KEPT_BY_THE_MODULE = """
_asked = set()

class Clerk:
    def __init__(self, desk):
        self.desk = desk

    async def ask(self):
        await self.desk.ask(1)

async def main(desk):
    if not _asked:
        _asked.add(1)
        await desk.ask(1)
"""

KEPT_BY_THE_CLASS = """
class Clerk:
    asked = []

    def __init__(self, desk):
        self.desk = desk

    async def ask(self):
        if not self.asked:
            self.asked.append(1)
            await self.desk.ask(1)

async def main(desk):
    await desk.ask(1)
"""

ASKS_TWICE = RIGHT.replace("await desk.ask(1)", "await desk.ask(1); await desk.ask(1)")

SHARES_IN_VAIN = "_times = []\n" + ASKS_TWICE.replace(
    "async def main(desk):", "async def main(desk):\n    _times.append(1)"
)


@pytest.fixture
def reports(exercise_with, sandbox):
    """The reports of an answer on asyncio, by check."""
    exercise = exercise_with(CHECKS)

    def reports(answer, seed=1):
        source = Source("exercise.py", textwrap.dedent(answer).encode())
        report = grade(exercise, source, sandbox=sandbox, seed=seed)
        return {check.name: check for check in report.checks if check.backend == "asyncio"}

    return reports


def says_so(report):
    return any("freshly imported copy" in cause for cause in report.causes)


def test_a_right_answer_passes(reports):
    assert {report.status for report in reports(RIGHT).values()} == {"passed"}


@pytest.mark.parametrize(
    ("answer", "check", "advice"),
    [
        (
            KEPT_BY_THE_MODULE,
            "each_asks",
            "make what a call needs in that call: keep nothing in global",
        ),
        (
            KEPT_BY_THE_CLASS,
            "clerks_ask",
            "make what an object needs in its `__init__`: keep nothing in",
        ),
    ],
    ids=["module", "class"],
)
def test_what_calls_or_objects_share_is_said_where_a_fresh_import_for_each_makes_them_pass(
    reports, answer, check, advice
):
    report = reports(answer)[check]
    assert report.status == "failed"
    assert says_so(report)
    assert report.advice.startswith(advice)


@pytest.mark.parametrize("answer", [ASKS_TWICE, SHARES_IN_VAIN], ids=["nothing", "in vain"])
def test_nothing_is_said_of_sharing_where_it_fails_with_fresh_imports_too(reports, answer):
    report = reports(answer)["each_asks"]
    assert report.status == "failed"
    assert not says_so(report)
    assert report.advice == "ask once in each call"


DRAWS = """
import random

_salt = random.random()

class Clerk:
    def __init__(self, desk):
        self.desk = desk

    async def ask(self):
        await self.desk.ask(1)

async def main(desk):
    await desk.ask(1)
    if random.random() < 0.5:
        await desk.ask(1)
"""


@pytest.mark.parametrize("seed", range(1, 7))
def test_to_draw_at_import_is_to_share_nothing(reports, seed):
    report = reports(DRAWS, seed)["each_asks"]
    assert report.status == "failed"
    assert not says_so(report)
