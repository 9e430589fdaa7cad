"""Families of operators: what people get wrong, one kind per file."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from checker.mutation.families import (
    backends,
    cancellation,
    errors,
    items,
    keys,
    leftovers,
    limits,
    lines,
    locks,
    memory,
    order,
    results,
    threads,
    timeouts,
    waiting,
)
from checker.mutation.source_text import Change, SourceText

FAMILIES: Final[Mapping[str, Callable[[SourceText], Iterator[Change]]]] = {
    "locks": locks.changes,
    "limits": limits.changes,
    "order": order.changes,
    "timeouts": timeouts.changes,
    "waiting": waiting.changes,
    "memory": memory.changes,
    "keys": keys.changes,
    "items": items.changes,
    "errors": errors.changes,
    "cancellation": cancellation.changes,
    "leftovers": leftovers.changes,
    "threads": threads.changes,
    "backends": backends.changes,
    "results": results.changes,
    "lines": lines.changes,
}
"""What yields the changes of each family, by its name."""

OUTER: Final = frozenset({"timeouts", "items", "errors", "leftovers"})
"""Families of what is done to calls and to what is given: the same wherever an answer makes the call,
so that one answer stands for all."""
