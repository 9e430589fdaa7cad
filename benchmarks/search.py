"""What the search for bad orders finds, and what it costs, side by side in one run.

    python -m benchmarks.search [--quick] [--seeds N] [--runs N] [--backend NAME] [--rounds N]

What is found: each race of `benchmarks/races.py` is searched with many seeds, within a fixed number
of runs, until one fails: by each strategy alone, and by the portfolio that checks use. A strategy
that learns from an earlier run is given one, which is in the number. The first table says with how
many seeds the race was found; the second, how many of a hundred runs failed, as far as they were
made. "exhaustive" is a dash where there are more orders than runs, and none of the first is bad.

The kit's own mistakes, and its starters, are searched by the checks that must catch them, as far as
these use `case.schedules`, with the number of runs that the check asks for: by the portfolio, as in
grading but without the shrinking, and by the plain random walk. They fail in most orders, and many
of them if every call takes its latency; the last column says which run found them at the latest.

What it costs: a run of a search is held against a bare fork of the warmed process, and against
`anyio.run` of the same empty coroutine in a process of its own; and a whole search and a shrinking
are held against a second.

The target is that the portfolio finds everything, and nothing with fewer than 99 of 100 seeds.
Exits 1 if a target is not met.
"""

import argparse
import inspect
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from benchmarks.grade import RUNS, fork, target, timed
from benchmarks.races import RACES
from checker import Case, Service
from checker.course import Course, Exercise
from checker.judge.attempt import attempt, play
from checker.judge.case import SCHEDULES, Check, Setting, World
from checker.judge.explain import CheckFailed
from checker.judge.grade import seed_of
from checker.judge.launch import Program, Sandbox, warm_sandboxes
from checker.judge.replay import Replay
from checker.judge.schedule import Plan, Recorded, Schedule, Timed
from checker.judge.search import portfolio
from checker.judge.search.exhaustive import Exhaustive
from checker.judge.trace import Trace
from checker.report import BACKENDS
from checker.verify import _read_caught_by

ROOT = Path(__file__).parents[1]

LEAST: Final = 0.99
"""Of the seeds, how many must find a race."""

IN_ORDER: Final = 3
"""How often the timed order is tried: where it repeats, once is enough."""

# --- searches -----------------------------------------------------------------------------------

Search: TypeAlias = Callable[[Random, int], Generator[Schedule, Trace, None]]
"""Yields so many schedules, and is answered with what was seen, as `portfolio.explore` is."""


def in_order(random: Random, runs: int) -> Generator[Schedule, Trace, None]:
    for _ in range(min(runs, IN_ORDER)):
        yield Timed()


def exhaustive(random: Random, runs: int) -> Generator[Schedule, Trace, None]:
    schedule = Exhaustive()
    yield schedule
    for _ in range(runs - 1):
        if not schedule.advance():
            return
        yield schedule


def alone(strategy: portfolio.Strategy) -> Search:
    """One strategy of the portfolio, which learns from what the portfolio would let it see."""

    def search(random: Random, runs: int) -> Generator[Schedule, Trace, None]:
        seen = yield Recorded([])
        for _ in range(runs - 1):
            yield strategy(Random(random.getrandbits(64)), seen)

    return search


SEARCHES: Final[dict[str, Search]] = {
    "in order": in_order,
    "walk": alone(portfolio.walk),
    "URW": alone(portfolio.weighted),
    "SURW": alone(portfolio.selectively_weighted),
    **{f"PCT {changes}": alone(portfolio.priorities(changes)) for changes in range(4)},
    "exhaustive": exhaustive,
    "portfolio": portfolio.explore,
}
"""All that is compared."""

QUICK: Final = ("in order", "walk", "portfolio")


class Searched(Case):
    """A case whose `schedules` are those of one search, as many as the benchmark says."""

    def __init__(self, setting: Setting, seed: str, search: Search, runs: int | None) -> None:
        super().__init__(setting, seed)
        self._search = search
        self._runs = runs
        self.made = 0
        """How many runs there were."""

    def schedules(self, runs: int = SCHEDULES, *, late: bool = False) -> Iterator[World]:
        seed = self.random.getrandbits(64)
        schedules = self._search(Random(seed), self._runs or runs)
        schedule = next(schedules)
        while True:
            self.random.seed(f"{seed}/{self.made}")
            order = self.random.getrandbits(32)
            plan = Plan(schedule, delays=late)
            world = World(self, self._setting, plan, order, Replay(0, 0))
            self.made += 1
            yield world
            assert world.trace is not None
            try:
                schedule = schedules.send(world.trace)
            except StopIteration:
                return


# --- what is found ------------------------------------------------------------------------------


@dataclass
class Found:
    """What one search found of one race."""

    seeds: int = 0
    hits: int = 0
    runs: int = 0
    latest: int = 0
    """The largest number of runs that it took to find it."""
    applies: bool = True

    def describe(self) -> str:
        return f"{self.hits}" if self.applies else "-"

    def describe_rate(self) -> str:
        return f"{100 * self.hits / self.runs:.3g}" if self.applies else "-"


def seek(
    check: Check, setting: Setting, search: Search, seeds: Sequence[str], runs: int | None
) -> Found:
    found = Found(seeds=len(seeds))
    for seed in seeds:
        case = Searched(setting, seed, search, runs)
        try:
            check.function(case)
        except CheckFailed:
            found.hits += 1
            found.latest = max(found.latest, case.made)
        found.runs += case.made
        if search is exhaustive and not found.hits and case.made == runs:
            found.applies = False
            break
    return found


def compare(
    backend: str, sandbox: Sandbox, names: Sequence[str], seeds: Sequence[str], runs: int
) -> dict[tuple[str, str], Found]:
    """What each search found of each race."""
    found = {}
    for race in RACES:
        setting = Setting(sandbox, Program(race.source), backend)
        for name in names:
            tell(f"{backend}: {race.name}, {name}")
            found[race.name, name] = seek(race.check, setting, SEARCHES[name], seeds, runs)
    return found


def print_table(
    title: str,
    columns: Sequence[str],
    found: dict[tuple[str, str], Found],
    describe: Callable[[Found], str],
) -> None:
    print(f"\n{title:<32}" + "".join(f"{column:>11}" for column in columns))
    for race in RACES:
        cells = (describe(found[race.name, column]) for column in columns)
        print(f"{race.name:<32}" + "".join(f"{cell:>11}" for cell in cells))


def is_enough(what: str, found: Found) -> bool:
    enough = found.hits >= LEAST * found.seeds
    if not enough:
        print(f"{what}: found with {found.hits} of {found.seeds} seeds: NOT MET")
    return enough


def compare_races(sandboxes: dict[str, Sandbox], seeds: Sequence[str], given: Given) -> bool:
    """Print what is found of the races; whether that is enough."""
    columns = list(QUICK if given.quick else SEARCHES)
    with ThreadPoolExecutor(len(sandboxes)) as pool:
        work = {
            backend: pool.submit(compare, backend, sandbox, columns, seeds, given.runs)
            for backend, sandbox in sandboxes.items()
        }
        by_backend = {backend: one.result() for backend, one in work.items()}
    tell("")
    met = True
    for backend, found in by_backend.items():
        title = f"{backend}: of {len(seeds)} seeds"
        print_table(title, columns, found, Found.describe)
        print_table(f"{backend}: of 100 runs", columns, found, Found.describe_rate)
    print()
    for backend, found in by_backend.items():
        for race in RACES:
            met &= is_enough(f"{race.name} on {backend}", found[race.name, "portfolio"])
            if found[race.name, "in order"].hits:
                print(f"{race.name} on {backend}: is no race, it fails in order: NOT MET")
                met = False
    return met
