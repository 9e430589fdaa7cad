"""The strategies by which an order is chosen, taking turns: a portfolio, since none finds all races.

What a strategy needs to know of the program it learns from an earlier run.
"""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import TypeAlias

from checker.judge.scheduler import Scheduler
from checker.judge.search.priorities import Priorities
from checker.judge.search.walk import RandomWalk
from checker.judge.search.weighted import SelectivelyWeighted, Weighted
from checker.judge.trace import Trace

Strategy: TypeAlias = Callable[[Random, Trace], Scheduler]
"""Makes a scheduler, from chance and from what an earlier run did."""


def walk(random: Random, before: Trace) -> Scheduler:
    return RandomWalk(random)


def weighted(random: Random, before: Trace) -> Scheduler:
    return Weighted(random, Counter(call.task for call in before.calls))


def selectively_weighted(random: Random, before: Trace) -> Scheduler:
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
