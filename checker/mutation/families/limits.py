"""Limits that are one off, constant, or bounded by what somebody thought large enough; numbers that
are a little different.

Operators MXC and ECXC of Bradbury, Cordy and Dingel (see `locks`) change counts of permits and
threads; that a bound is chosen which no example exceeds is what learners do.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText, body, last_name

CONSTANTS: Final = (1, 2, 5, 10, 40)
CAPS: Final = (5, 8, 12, 40)
FLOORS: Final = (2, 4)
PLACES: Final = (2, 5, 8, 10, 40, 100)
"""How many tasks may work at a time where any number may."""

_LIMITED: Final = frozenset(
    {"Semaphore", "BoundedSemaphore", "CapacityLimiter", "range", "ThreadPoolExecutor"}
    | {"create_memory_object_stream"}
)


def changes(text: SourceText) -> Iterator[Change]:
    yield from _other_limits(text)
    yield from _limits_that_nobody_asked_for(text)
    yield from _other_numbers(text)
    yield from _other_comparisons(text)


def _other_limits(text: SourceText) -> Iterator[Change]:
    for call in text.nodes(ast.Call):
        function = call.func.value if isinstance(call.func, ast.Subscript) else call.func
        if last_name(function) not in _LIMITED:
            continue
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        for argument in given:
            if isinstance(argument, ast.Name):
                yield from _instead_of(text, argument, argument.id)
        if any(isinstance(argument, ast.Starred) for argument in given):
            continue
    for node in text.nodes(ast.Assign):
        if isinstance(node.value, ast.Name) and "limit" in node.value.id:
            yield from _instead_of(text, node.value, node.value.id)
    for call in text.nodes(ast.Call):
        for keyword in call.keywords:
            if keyword.arg == "limiter":
                yield text.change(
                    keyword,
                    "the default limit of 40 threads",
                    text.replace(keyword.value, "None"),
                )


def _instead_of(text: SourceText, node: ast.expr, name: str) -> Iterator[Change]:
    others = {
        "one more than the limit": f"{name} + 1",
        "one less than the limit": f"max({name} - 1, 1)",
        "one less than the limit, and so none for 1": f"{name} - 1",
        "twice the limit": f"2 * {name}",
        "half of the limit": f"max({name} // 2, 1)",
        "no limit": "1000",
        "the limit rounded to an even number": f"{name} + {name} % 2",
    }
    others |= {f"always {number}": str(number) for number in CONSTANTS}
    others |= {f"the limit, but {number} at the most": f"min({name}, {number})" for number in CAPS}
    others |= {f"the limit, but {number} at least": f"max({name}, {number})" for number in FLOORS}
    for what, written in others.items():
        yield text.change(node, what, text.replace(node, written))


def _limits_that_nobody_asked_for(text: SourceText) -> Iterator[Change]:
    """At most so many tasks at a time in what runs as a task."""
    for function in text.started():
        for number in PLACES:
            yield text.change(
                function,
                f"{number} at a time, in all",
                text.wrap(body(function), "async with _places:"),
                module=f"_places = anyio.Semaphore({number})",
            )
    for call in text.nodes(ast.Call):
        if last_name(call.func) == "run_sync" and not any(
            k.arg == "limiter" for k in call.keywords
        ):
            for number in PLACES[:-2]:
                yield text.change(
                    call,
                    f"{number} threads at a time, in all",
                    text.replace(call, f"{text.text(call)[:-1]}, limiter=_threads)"),
                    module=f"_threads = anyio.CapacityLimiter({number})",
                )


def _other_numbers(text: SourceText) -> Iterator[Change]:
    for node in text.nodes(ast.Constant):
        others: list[float]
        if type(node.value) is int and node.value != 100:  # A hundred cents stay a hundred.
            others = [node.value + 1, node.value - 1]
        elif type(node.value) is float:
            others = [node.value * factor for factor in (0.5, 0.9, 1.25, 2.0)]
        else:
            continue
        for other in others:
            yield text.change(
                node, f"{other:g} in place of {node.value}", text.replace(node, f"{other:g}")
            )


def _other_comparisons(text: SourceText) -> Iterator[Change]:
    nearby = {ast.Gt: ">=", ast.GtE: ">", ast.Lt: "<=", ast.LtE: "<"}
    for node in text.nodes(ast.Compare):
        if len(node.ops) == 1 and type(node.ops[0]) in nearby:
            operator = nearby[type(node.ops[0])]
            left, right = text.text(node.left), text.text(node.comparators[0])
            yield text.change(
                node,
                f"`{operator}` in place of another comparison",
                text.replace(node, f"{left} {operator} {right}"),
            )
