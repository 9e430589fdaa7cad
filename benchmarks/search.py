"""What the search for bad orders finds, and what it costs, side by side in one run.

    python -m benchmarks.search [--only PART] [--quick] [--seeds N] [--runs N]
        [--backend NAME] [--rounds N]

What is found: each race of `benchmarks/races.py` is searched with many seeds, within a fixed number
of runs, until one fails: by each strategy alone, and by the portfolio in which they take turns. A
strategy that learns from an earlier run is given one, which is in the number. "quick" and "thorough"
are the searches of a grade, with as many runs as they have. The first table says with how many seeds
the race was found; the second, how many of a hundred runs failed, as far as they were made.
"exhaustive" is a dash where there are more orders than runs, and none of the first is bad. A strategy
that has found nothing in 2000 runs is not given the other seeds.

The kit's own mistakes are searched by the checks that must catch them, quickly and thoroughly, as in
grading but without the shrinking. Only those are shown that do not fail in the first world with every
seed; the last column says which world it took at the latest.

What it costs: a run of a search is held against a bare fork of the warmed process, and against
`anyio.run` of the same empty coroutine in a process of its own; and a whole search and a shrinking
are held against a second.

The target is that the portfolio and a thorough search find everything, and nothing with fewer than 99
of 100 seeds. Exits 1 if a target is not met.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from benchmarks.grade import RUNS, fork, target, timed
from benchmarks.races import RACES
from checker import Case, Service
from checker.course import Check, Course, Exercise
from checker.judge.attempt import play, try_check
from checker.judge.choices import Replay
from checker.judge.draws import Drawer, Profile
from checker.judge.explain import CheckFailed
from checker.judge.grade import seed_of
from checker.judge.launch import Program, Sandbox, warm_sandboxes
from checker.judge.scheduler import Scheduler, Timed
from checker.judge.search import strategies
from checker.judge.search.exhaustive import next_order
from checker.judge.search.explore import QUICK, THOROUGH, Aims, Depth, Seen, Sketch, explore
from checker.judge.setting import Setting
from checker.judge.world import World
from checker.report import BACKENDS
from checker.verify import read_caught_by

ROOT = Path(__file__).parents[1]

PARTS: Final = ("races", "mistakes", "costs")

LEAST: Final = 0.99
"""Of the seeds, how many must find a race."""

HOPELESS: Final = 2000
"""After so many runs without a failure, a strategy alone is not given the other seeds."""

IN_ORDER: Final = 3
"""How often the timed order is tried: where it repeats, once is enough."""

# --- searches -----------------------------------------------------------------------------------

Search: TypeAlias = Callable[[Random, int, Aims], Generator[Sketch, Seen, object]]
"""Yields so many worlds, and is answered with what was seen, as `explore` is."""


def sketch(random: Random, scheduler: Scheduler, events: Sequence[int] = ()) -> Sketch:
    return Sketch(Replay((), tuple(events)), Drawer(Profile(), random), random, scheduler)


def in_order(random: Random, runs: int, aims: Aims) -> Generator[Sketch, Seen, None]:
    for _ in range(min(runs, IN_ORDER)):
        yield sketch(random, Timed())


def exhaustive(random: Random, runs: int, aims: Aims) -> Generator[Sketch, Seen, None]:
    path: Sequence[int] | None = (0, 1)  # The order of ready tasks, and that replies may overtake.
    for _ in range(runs):
        if path is None:
            return
        seen = yield sketch(random, Timed(), path)
        path = next_order(seen.choices.events)


def alone(strategy: strategies.Strategy) -> Search:
    """One strategy of the portfolio, which learns from the first run."""

    def search(random: Random, runs: int, aims: Aims) -> Generator[Sketch, Seen, None]:
        first = yield sketch(random, Timed())
        for _ in range(runs - 1):
            yield sketch(random, strategy(Random(random.getrandbits(64)), first.trace))

    return search


def portfolio(random: Random, runs: int, aims: Aims) -> Generator[Sketch, Seen, object]:
    return explore(random, Depth("portfolio", 1, runs - 1, 0, 0), aims)


def graded(depth: Depth) -> Search:
    """The search of a grade, whatever number of runs it takes."""
    return lambda random, runs, aims: explore(random, depth, aims)


SEARCHES: Final[dict[str, Search]] = {
    "in order": in_order,
    "walk": alone(strategies.walk),
    "URW": alone(strategies.weighted),
    "SURW": alone(strategies.selectively_weighted),
    **{f"PCT {changes}": alone(strategies.priorities(changes)) for changes in range(4)},
    "exhaustive": exhaustive,
    "portfolio": portfolio,
    "quick": graded(QUICK),
    "thorough": graded(THOROUGH),
}
"""All that is compared."""

FEWER: Final = ("in order", "walk", "portfolio", "quick", "thorough")

MUST: Final = ("portfolio", "thorough")
"""What must find everything."""


class Searched(Case):
    """A case whose worlds are those of one search, as many as the benchmark says."""

    def __init__(self, setting: Setting, seed: str, search: Search, runs: int) -> None:
        super().__init__(setting, seed)
        self._search = search
        self._runs = runs

    def explore(
        self,
        *,
        orders: bool = False,
        late: bool = False,
        cancel: bool = False,
        fail: Exception | Sequence[Exception] = (),
    ) -> Iterator[World]:
        errors = (fail,) if isinstance(fail, Exception) else tuple(fail)
        aims = Aims(orders or late, late, cancel, errors)
        sketches = self._search(Random(self._seed), self._runs, aims)
        following = next(sketches)
        while True:
            world = self._world(following, aims)
            yield world
            assert world.trace is not None
            try:
                following = sketches.send(Seen(world.choices, world.trace))
            except StopIteration:
                return


def tell(text: str) -> None:
    """Show how far it is, in the place of what was shown before."""
    print(f"\r{text:<78.78}" + ("" if text else "\r"), end="", file=sys.stderr, flush=True)


# --- what is found of the races -----------------------------------------------------------------


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


def seek(check: Check, setting: Setting, search: Search, seeds: Sequence[str], runs: int) -> Found:
    found = Found(seeds=len(seeds))
    for seed in seeds:
        case = Searched(setting, seed, search, runs)
        try:
            check.function(case)
        except CheckFailed:
            found.hits += 1
            found.latest = max(found.latest, case.worlds)
        found.runs += case.worlds
        if search is exhaustive and not found.hits and case.worlds == runs:
            found.applies = False
            break
        must = search in (SEARCHES[name] for name in MUST)
        if not must and not found.hits and found.runs >= HOPELESS:
            break
    return found


def compare(
    backend: str,
    sandbox: Sandbox,
    names: Sequence[str],
    seeds: Sequence[str],
    runs: int,
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


def compare_races(
    sandboxes: dict[str, Sandbox], seeds: Sequence[str], given: argparse.Namespace
) -> bool:
    """Print what is found of the races; whether that is enough."""
    columns = list(FEWER if given.quick else SEARCHES)
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
            for name in MUST:
                met &= is_enough(f"{race.name} on {backend}, {name}", found[race.name, name])
            if found[race.name, "in order"].hits:
                print(f"{race.name} on {backend}: is no race, it fails in order: NOT MET")
                met = False
    return met


# --- what is found of the kit's own mistakes ----------------------------------------------------


@dataclass(frozen=True)
class Wrong:
    """A wrong answer, and a check that must fail it on a backend."""

    exercise: Exercise
    path: Path
    check: Check
    backend: str

    @property
    def name(self) -> str:
        return f"{self.exercise.short_name}/{self.path.stem}: {self.check.name} on {self.backend}"


def wrong_answers(course: Course, backends: Sequence[str]) -> Iterator[Wrong]:
    for exercise in course:
        for path in sorted((exercise.solutions / "mistakes").glob("*.py")):
            caught_by, _ = read_caught_by(path, exercise)
            for check in exercise.checks:
                for backend in backends:
                    if (check.name, backend) in caught_by:
                        yield Wrong(exercise, path, check, backend)


def convict(wrong: Wrong, sandbox: Sandbox, depth: Depth, seeds: Sequence[str]) -> Found:
    """With how many seeds a search of that depth convicts a wrong answer."""
    program = Program(wrong.path.read_bytes(), wrong.exercise.driver or b"")
    setting = Setting(sandbox, program, wrong.backend, depth)
    found = Found(seeds=len(seeds))
    for seed in seeds:
        tried = play(wrong.check, setting, seed_of(wrong.check, wrong.exercise, int(seed)))
        if tried.failure is not None:
            found.hits += 1
            found.latest = max(found.latest, tried.worlds)
    return found


def compare_mistakes(sandboxes: dict[str, Sandbox], seeds: Sequence[str]) -> bool:
    """Print what is found of the mistakes; whether that is enough."""
    met = True
    lines = []
    for wrong in wrong_answers(Course.load(ROOT), list(sandboxes)):
        tell(wrong.name)
        sandbox = sandboxes[wrong.backend]
        quick, thorough = (convict(wrong, sandbox, depth, seeds) for depth in (QUICK, THOROUGH))
        if thorough.latest != 1:
            lines.append(
                f"{wrong.name:<78.78}{quick.hits:>11}{thorough.hits:>11}{thorough.latest:>11}"
            )
        met &= is_enough(wrong.name, thorough)
    tell("")
    print(
        f"\n{f'mistakes: of {len(seeds)} seeds':<78}{'quick':>11}{'thorough':>11}{'at latest':>11}"
    )
    print("\n".join(lines))
    return met


# --- what it costs ------------------------------------------------------------------------------

_PLAIN = """
import statistics, time
import anyio

async def empty():
    pass

durations = []
for _ in range({runs}):
    began = time.perf_counter()
    anyio.run(empty, backend={backend!r})
    durations.append(time.perf_counter() - began)
# The first half warms up.
print(statistics.median(durations[{runs} // 2:]))
"""

EMPTY: Final = b"async def main(): pass"
SEARCHED: Final = 200
"""How many runs a search has, whose time is taken."""

SECOND: Final = 1.0
"""What a search or a shrinking may take."""


class Account(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.balance = 0

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


def plain_run(backend: str) -> float:
    """The median of many times that `anyio.run` takes for an empty coroutine."""
    code = _PLAIN.format(runs=4 * RUNS, backend=backend)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return float(done.stdout)


def go_through(check: Check, setting: Setting, search: Search) -> int:
    """Make all runs of a search that finds nothing; how many there were."""
    case = Searched(setting, "benchmark", search, SEARCHED)
    check.function(case)
    return case.worlds


def one_run(check: Check, setting: Setting) -> float:
    """Real seconds for each run of a search."""
    began = time.perf_counter()
    made = go_through(check, setting, SEARCHES["walk"])
    return (time.perf_counter() - began) / made


def run_nothing(case: Case) -> None:
    for world in case.explore(orders=True):
        world.run("main")


def pay_in(case: Case) -> None:
    """Five deposits to one account; whatever comes of them is right."""
    for world in case.explore(orders=True):
        world.run("deposit_all", [world.add(Account())], [(0, amount) for amount in range(5)])


def search_both(check: Check, settings: Sequence[Setting]) -> None:
    """A search on each backend, all at the same time, as in grading."""
    with ThreadPoolExecutor(len(settings)) as pool:
        searches = [pool.submit(go_through, check, s, portfolio) for s in settings]
        assert all(search.result() == SEARCHED for search in searches)


def shrinking(check: Check, setting: Setting, seed: str) -> float:
    """Real seconds for an attempt that finds a failure and shrinks it, without the finding."""
    finding = timed(partial(play, check, setting, seed))
    began = time.perf_counter()
    failed = try_check(check, setting, seed)
    assert failed.failure is not None
    return time.perf_counter() - began - finding


def compare_costs(sandboxes: dict[str, Sandbox], rounds: int) -> bool:
    """Print what a search costs; whether it is little enough."""
    (exercise,) = Course.load(ROOT).select(["lost_update"])
    (check,) = (check for check in exercise.checks if check.name == "no_lost_update")
    solution = Program((exercise.solutions / "solution.py").read_bytes())
    starter = Program(exercise.starter)
    nothing, deposits = (Check(f, f.__name__, 1, None) for f in (run_nothing, pay_in))
    measured: dict[str, list[float]] = {}

    def note(name: str, seconds: float) -> None:
        measured.setdefault(name, []).append(seconds)

    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        note("fork", fork())
        for backend, sandbox in sandboxes.items():
            note(f"plain {backend}", plain_run(backend))
            note(f"empty {backend}", one_run(nothing, Setting(sandbox, Program(EMPTY), backend)))
            note(f"solution {backend}", one_run(deposits, Setting(sandbox, solution, backend)))
            setting = Setting(sandbox, starter, backend)
            note(f"shrink {backend}", shrinking(check, setting, f"{number}/shrink"))
        settings = [Setting(sandbox, starter, b) for b, sandbox in sandboxes.items()]
        note("search", timed(partial(search_both, deposits, settings)))
    tell("")
    median = {name: statistics.median(values) for name, values in measured.items()}

    def show(name: str, meaning: str, *, rate: bool = False) -> None:
        each = f"{1 / median[name]:>10.0f} a second" if rate else ""
        print(f"{name:<20}{meaning:<52}{median[name] * 1e3:>10.2f} ms{each}")

    print()
    show("fork", "fork and reap the warmed process", rate=True)
    for b in sandboxes:
        show(f"plain {b}", "anyio.run of an empty coroutine", rate=True)
        show(f"empty {b}", "the same as a run of a search", rate=True)
        show(f"solution {b}", "lost_update's solution as a run of a search", rate=True)
        show(f"shrink {b}", "shrinking what lost_update's starter does")
    show("search", f"{SEARCHED} runs of it, on each backend")
    print()
    met = [
        target(f"empty / plain {b}", median[f"empty {b}"] / median[f"plain {b}"], 3)
        for b in sandboxes
    ]
    for b in sandboxes:
        for what in ("empty", "solution"):
            print(f"{f'{what} {b} / fork':<28} {median[f'{what} {b}'] / median['fork']:>8.3f}")
    met.append(target("search / 1 s", median["search"], SECOND))
    met += [target(f"shrink {b} / 1 s", median[f"shrink {b}"], SECOND) for b in sandboxes]
    return all(met)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument(
        "--runs", type=int, default=200, help="how many runs find a race, or do not"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often the costs are measured")
    parser.add_argument("--backend", choices=BACKENDS, help="only this one")
    parser.add_argument("--only", choices=PARTS, help="only this part")
    parser.add_argument("--quick", action="store_true", help="only some of the searches")
    given = parser.parse_args()
    backends = [given.backend] if given.backend else BACKENDS
    seeds = [str(seed) for seed in range(1, given.seeds + 1)]
    with warm_sandboxes(len(backends)) as warm:
        sandboxes = dict(zip(backends, warm, strict=True))
        parts = [given.only] if given.only else PARTS
        met = []
        if "races" in parts:
            met.append(compare_races(sandboxes, seeds, given))
        if "mistakes" in parts:
            met.append(compare_mistakes(sandboxes, seeds))
        if "costs" in parts:
            met.append(compare_costs(sandboxes, given.rounds))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
