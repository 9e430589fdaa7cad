"""The canary: a planted race that the search must find before any verdict counts.

A search that has silently stopped searching would pass every program that is right in order. So in
every grading it is first given one that is wrong in another order only. It takes a few milliseconds.
"""

from dataclasses import replace
from typing import Final

from checker.course import Check
from checker.judge.attempt import play
from checker.judge.case import Case
from checker.judge.launch import Program, Sandbox, SandboxError
from checker.judge.search.explore import QUICK
from checker.judge.service import Service
from checker.judge.setting import Setting
from checker.translation import _

RACE: Final = b"""
import anyio

async def main(account):
    async def deposit(delay):
        await anyio.sleep(delay)
        balance = await account.read()
        await account.write(balance + 1)

    async with anyio.create_task_group() as group:
        group.start_soon(deposit, 0)
        group.start_soon(deposit, 1.5)
"""
"""Right if each call takes its second: the second task reads after the first one has written."""


class _Account(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.balance = 0

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


def _no_deposit_is_lost(case: Case) -> None:
    for world in case.explore(orders=True):
        account = world.add(_Account())
        run = world.run("main", account)
        run.expect(account.balance == 2, f"{account.balance} of 2")


_CHECK: Final = Check(_no_deposit_is_lost, "No deposit is lost", 1, None)


_found: set[str] = set()
"""The backends on which the search has found it."""


def finds_it(sandbox: Sandbox, backend: str) -> bool:
    """Whether a search in this sandbox finds the planted race. Raises `SandboxError`."""
    setting = Setting(sandbox, Program(RACE), backend, depth=replace(QUICK, rounds=1))
    tried = play(_CHECK, setting, "canary")
    if tried.obstacle is not None:
        raise SandboxError(tried.obstacle)
    return tried.failure is not None and tried.worlds > 1


def expect_a_search(sandbox: Sandbox, backend: str) -> None:
    """Raise `SandboxError` unless the search finds a planted race. Once in a process and on a backend:
    what searches is the judge, which stays the same from one sandbox to the next."""
    if backend not in _found:
        if not finds_it(sandbox, backend):
            raise SandboxError(
                _(
                    "the search for bad orders no longer finds a planted race, so none of its verdicts "
                    "can be trusted; this is a bug in the checker, please report it"
                )
            )
        _found.add(backend)
