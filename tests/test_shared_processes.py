"""Runs that share a process know nothing of each other: each one begins as if it were the first."""

from collections.abc import Callable

import pytest

from checker import Service
from checker.judge.conversation import converse
from checker.judge.launch import Program, Sandbox
from checker.judge.run import Run
from checker.judge.scheduler import Plan, Timed
from checker_sandbox.wire.messages import ActSpec, Start

from .conftest import written


class Desk(Service):
    latency = 1.0

    def ask(self, n: int) -> int:
        return n


@pytest.fixture
def stay(sandbox: Sandbox, backend: str) -> Callable[..., Run]:
    """Run the `main` of a source text in a process that may stay for the next run."""

    def stay(source: str, *arguments: object) -> Run:
        start = Start(backend, [ActSpec("main", list(arguments))], seed=1, stay=True)
        program = Program(written(source).encode())
        return Run(converse(sandbox, start, program, [], Plan(Timed())))

    return stay


# Each leaves something behind that a second run must not find.
LEAVING = {
    "a variable of the module": """
        import os
        seen = []

        async def main():
            seen.append(1)
            return [os.getpid(), len(seen)]
        """,
    "a context variable of a library": """
        import decimal, os
        before = decimal.getcontext().prec
        decimal.getcontext().prec = 5

        async def main():
            return [os.getpid(), before]
        """,
    "the names of tasks": """
        import asyncio, os, sniffio

        async def main():
            if sniffio.current_async_library() != "asyncio":
                return [os.getpid(), None]
            task = asyncio.create_task(asyncio.sleep(0))
            await task
            return [os.getpid(), task.get_name()]
        """,
    "the names of threads": """
        import os, threading

        async def main():
            return [os.getpid(), threading.Thread().name]
        """,
    "random numbers": """
        import os, random

        async def main():
            return [os.getpid(), random.random()]
        """,
    "the clock": """
        import anyio, os, time

        async def main():
            await anyio.sleep(1)
            return [os.getpid(), time.time(), time.monotonic(), anyio.current_time()]
        """,
}


@pytest.mark.parametrize("name", LEAVING)
def test_a_second_run_finds_nothing_of(stay, name):
    first, second = stay(LEAVING[name]), stay(LEAVING[name])
    assert first.value == second.value  # Of the same process, as its number says.
    assert first.trace == second.trace


def test_what_is_logged_is_told_in_every_run(stay):
    source = """
        import logging
        logging.basicConfig(format="%(message)s")

        async def main():
            logging.getLogger().warning("said")
        """
    for _ in range(3):
        assert [printed.text for printed in stay(source).prints] == ["said\n"]


@pytest.mark.parametrize("backend", ["asyncio"])  # trio has no such tasks.
def test_a_task_that_is_destroyed_is_told_by_its_name_alone(stay):
    source = """
        import asyncio

        async def work():
            queue = asyncio.Queue()
            await queue.get()

        async def main():
            asyncio.create_task(work())
            await asyncio.sleep(0)
        """
    for _ in range(3):
        told = [printed.text for printed in stay(source).prints]
        assert told == ["Task was destroyed but it is pending! work()\n"]


def test_a_coroutine_that_a_module_keeps_is_no_matter_of_the_next_run(stay):
    source = """
        async def work(): ...

        kept = work()

        async def main():
            return 1
        """
    assert [stay(source).warnings for _ in range(3)] == [[], [], []]


def test_what_an_async_generator_says_at_the_end_of_one_run_is_not_told_in_the_next(stay):
    source = """
        async def items():
            try:
                yield 1
            finally:
                print("closed")

        kept = items()

        async def main():
            return await anext(kept)
        """
    assert [[p.text for p in stay(source).prints] for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize(
    "change",
    [
        "anyio.sleep = anyio.lowlevel.checkpoint",
        "builtins.print = builtins.repr",
        "time.sleep = len",
        "random.seed = len",
        "builtins.mine = 1",
        "anyio.mine = 1",
    ],
)
def test_a_run_that_changes_what_all_share_is_the_last_of_its_process(stay, change):
    source = f"""
        import anyio, builtins, os, random, time
        changed = (hasattr(builtins, "mine"), hasattr(anyio, "mine"))
        {change}

        async def main():
            return [os.getpid(), changed]
        """
    first, second = stay(source).value, stay(source).value
    assert first[0] != second[0]
    assert first[1] == second[1] == [False, False]
