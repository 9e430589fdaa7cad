"""Which schedules are tried, in a fixed number of runs: a portfolio, since no strategy finds all.

First every call takes its latency. Then, where there are few orders, all of them; where there are
many, the strategies in turn. What they need to know of the program, they learn from the runs before.
"""

from collections import Counter
from collections.abc import Callable, Generator
from random import Random
from typing import TypeAlias

from checker.judge.schedule import Schedule, Timed
from checker.judge.search.exhaustive import Exhaustive
from checker.judge.search.priorities import Priorities
from checker.judge.search.walk import RandomWalk
from checker.judge.search.weighted import SelectivelyWeighted, Weighted
from checker.judge.trace import Trace

Strategy: TypeAlias = Callable[[Random, Trace], Schedule]
"""Makes a schedule, from chance and from what an earlier run did."""


def walk(random: Random, before: Trace) -> Schedule:
    return RandomWalk(random)


def weighted(random: Random, before: Trace) -> Schedule:
    return Weighted(random, Counter(call.task for call in before.calls))


def selectively_weighted(random: Random, before: Trace) -> Schedule:
    """SURW for one of the services that several tasks called."""
    tasks: dict[int, Counter[int]] = {}
    for call in before.calls:
        tasks.setdefault(call.service_number, Counter())[call.task] += 1
    shared = [number for number, counts in tasks.items() if len(counts) > 1]
    if not shared:
        return weighted(random, before)
    service = random.choice(shared)
    return SelectivelyWeighted(
        random, service, tasks[service], Counter(c.task for c in before.calls)
    )


def priorities(changes: int) -> Strategy:
    """PCT with this many change points."""
    return lambda random, before: Priorities(random, before.steps, changes)


PORTFOLIO: tuple[Strategy, ...] = (
    weighted,
    priorities(1),
    selectively_weighted,
    priorities(0),
    weighted,
    selectively_weighted,
    walk,
    weighted,
    priorities(3),
)
"""The strategies that take turns. Those that weigh find most races, and in the fewest runs, so they
have more than one; but one task far ahead of another is a matter for priorities."""


def explore(random: Random, runs: int) -> Generator[Schedule, Trace, None]:
    """Yield `runs` schedules, or fewer if there are no more orders to try; each is answered with
    what was seen. The same for the same state of `random` and the same answers."""
    yield Timed()
    if runs < 2:
        return
    exhaustive = Exhaustive()
    longest = yield exhaustive
    left = runs - 2
    # A path on which one task soon ends makes a large tree look small, so that each is asked again.
    while left and exhaustive.orders <= runs:
        if not exhaustive.advance():
            return
        left -= 1
        seen = yield exhaustive
        longest = max(longest, seen, key=lambda trace: trace.steps)
    for turn in range(left):
        strategy = PORTFOLIO[turn % len(PORTFOLIO)]
        # Learns from the run that did the most: in the plainest one a task may give up early.
        seen = yield strategy(Random(random.getrandbits(64)), longest)
        longest = max(longest, seen, key=lambda trace: trace.steps)
