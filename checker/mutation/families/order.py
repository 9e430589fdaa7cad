"""Tasks that start one after the other, in another order, a few at a time, or wait for each other.

To start a task and to wait for it are one in `await f(x)`; in a batch, the quick wait for the slow.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import (
    Change,
    SourceText,
    Start,
    body,
    indented,
    last_name,
    within,
)

BATCHES: Final = (2, 5, 10, 50)
"""How many tasks start at a time, where any number may."""

BARRIER: Final = "_missing: list[int] = []\n_all_there: list[anyio.Event] = []"


def changes(text: SourceText) -> Iterator[Change]:
    for start in text.starts:
        yield from _in_sequence(text, start)
        yield from _bound_late(text, start)
        yield from _in_batches(text, start)
        yield from _at_a_barrier(text, start)
    yield from _other_gathering(text)
    yield from _cancelled_by_the_group(text)


def _in_sequence(text: SourceText, start: Start) -> Iterator[Change]:
    statement = text.statement(start.call)
    # Where the handle of a task is used, there would be none.
    if isinstance(statement, ast.Expr) and statement.value is start.call:
        yield text.change(
            start.call,
            "no task: it is waited for at once",
            text.replace(start.call, f"await {start.coroutine}"),
        )
        yield text.change(
            start.call,
            "a task that is waited for at once",
            text.wrap([statement], f"async with anyio.create_task_group() as {start.group}:")
            if "." not in start.group
            else text.replace(start.call, f"await {start.coroutine}"),
        )
        yield text.change(
            start.call, "a coroutine that nobody awaits", text.replace(start.call, start.coroutine)
        )
        yield text.change(
            start.call, "started twice", text.after(statement, text.lines([statement]))
        )


def _bound_late(text: SourceText, start: Start) -> Iterator[Change]:
    """A function made in the loop, which looks at the loop's variables when it runs. (A lambda would
    not do: it is called as the task is started.)"""
    statement = text.statement(start.call)
    if isinstance(text.parent(statement), ast.For) and isinstance(statement, ast.Expr):
        yield text.change(
            start.call,
            "a closure that sees the loop's last item",
            text.before(statement, f"async def _one():\n    await {start.coroutine}\n"),
            text.replace(start.call, f"{start.group}.start_soon(_one)"),
        )


def _in_batches(text: SourceText, start: Start) -> Iterator[Change]:
    statement = text.statement(start.call)
    if "." in start.group:
        return
    head = f"async with anyio.create_task_group() as {start.group}:"
    loop = next((outer for outer in text.parents(start.call) if isinstance(outer, ast.For)), None)
    comprehension = next(
        (outer for outer in text.parents(start.call) if isinstance(outer, ast.ListComp)), None
    )
    if loop is not None:
        items, target = text.text(loop.iter), text.text(loop.target)
        inner = indented(indented(text.lines(loop.body)))
        for size in BATCHES:
            yield text.change(
                loop,
                f"batches of {size}",
                text.rewrite(
                    [loop],
                    f"_items = list({items})\nfor _first in range(0, len(_items), {size}):\n"
                    f"    {head}\n        for {target} in _items[_first : _first + {size}]:\n"
                    f"{indented(inner)}",
                ),
            )
        yield text.change(
            loop, "starts them in reverse", text.replace(loop.iter, f"list({items})[::-1]")
        )
    elif comprehension is not None and isinstance(statement, ast.Assign):
        [generator, *_] = comprehension.generators
        items, target = text.text(generator.iter), text.text(statement.targets[0])
        for size in BATCHES:
            yield text.change(
                comprehension,
                f"batches of {size}",
                text.rewrite(
                    [statement],
                    f"_items = list({items})\n{target} = []\n"
                    f"for _first in range(0, len(_items), {size}):\n"
                    f"    {head}\n        {target} += [{text.text(comprehension.elt)} "
                    f"for {text.text(generator.target)} in _items[_first : _first + {size}]]",
                ),
            )
        yield text.change(
            comprehension,
            "starts them in reverse",
            text.replace(generator.iter, f"list({items})[::-1]"),
        )


def _at_a_barrier(text: SourceText, start: Start) -> Iterator[Change]:
    """After each step, every task waits until all of them have done it."""
    loop = next((outer for outer in text.parents(start.call) if isinstance(outer, ast.For)), None)
    name = start.function.rpartition(".")[2]
    if loop is None:
        return
    for function in text.coroutines:
        if function.name != name:
            continue
        for node in within(function):
            if (
                isinstance(node, ast.Expr | ast.Assign)
                and isinstance(node.value, ast.Await)
                and node is not body(function)[-1]
            ):
                yield text.change(
                    node,
                    "waits until all the others have got as far",
                    text.before(
                        loop,
                        f"_missing[:] = [len({text.text(loop.iter)})]\n"
                        "_all_there[:] = [anyio.Event()]",
                    ),
                    text.after(
                        node,
                        "_missing[0] -= 1\nif not _missing[0]:\n    _all_there[0].set()\n"
                        "await _all_there[0].wait()",
                    ),
                    module=BARRIER,
                )


def _other_gathering(text: SourceText) -> Iterator[Change]:
    for call in text.nodes(ast.Call):
        match call:
            case ast.Call(func=function, args=[what, items]) if last_name(function) == "amap":
                f, xs = text.text(what), text.text(items)
                yield text.change(
                    call,
                    "one after the other",
                    text.replace(
                        text.parent(call) or call, f"[await ({f})(_item) for _item in {xs}]"
                    ),
                )
                for size in BATCHES:
                    yield text.change(
                        call,
                        f"batches of {size}",
                        text.replace(
                            text.parent(call) or call,
                            f"[_found for _first in range(0, len({xs}), {size}) for _found in "
                            f"await anyio.amap({f}, list({xs})[_first : _first + {size}])]",
                        ),
                    )
                yield text.change(call, "in reverse", text.replace(items, f"list({xs})[::-1]"))
            case ast.Call(func=function, args=[ast.Starred(value=items)]) if (
                last_name(function) == "gather"
            ):
                xs, statement = text.text(items), text.statement(call)
                yield text.change(
                    call,
                    "one after the other",
                    text.replace(text.parent(call) or call, f"[await _one for _one in {xs}]"),
                )
                for size in BATCHES:
                    yield text.change(
                        call,
                        f"batches of {size}",
                        text.before(statement, f"_all = list({xs})"),
                        text.replace(
                            text.parent(call) or call,
                            f"[_found for _first in range(0, len(_all), {size}) for _found in "
                            f"await anyio.gather(*_all[_first : _first + {size}])]",
                        ),
                    )
            case ast.Call(func=function, args=[_, _, *_]) if last_name(function) == "gather":
                one_by_one = ", ".join(f"await {text.text(one)}" for one in call.args)
                yield text.change(
                    call,
                    "one after the other",
                    text.replace(text.parent(call) or call, f"({one_by_one})"),
                )
                turned = ", ".join(f"await {text.text(one)}" for one in reversed(call.args))
                yield text.change(
                    call,
                    "one after the other, the last one first",
                    text.replace(text.parent(call) or call, f"({turned})[::-1]"),
                )


def _cancelled_by_the_group(text: SourceText) -> Iterator[Change]:
    """A task group that is left before its tasks are done."""
    for node in text.nodes(ast.AsyncWith):
        for item in node.items:
            if not text.text(item.context_expr).endswith("create_task_group()"):
                continue
            if not isinstance(item.optional_vars, ast.Name):
                continue
            group, last = item.optional_vars.id, node.body[-1]
            yield text.change(
                last,
                "cancels what still runs",
                text.after(last, f"{group}.cancel_scope.cancel()"),
            )
            yield text.change(
                last,
                "cancels what still runs after 100 s",
                text.after(last, f"{group}.cancel_scope.deadline = anyio.current_time() + 100"),
            )
            yield text.change(
                last,
                "cancels what still runs after 10,000 s",
                text.after(last, f"{group}.cancel_scope.deadline = anyio.current_time() + 10_000"),
            )
            siblings = text.siblings(node)
            at = siblings.index(node)
            if at + 1 < len(siblings) and len(node.items) == 1:
                after = siblings[at + 1]
                yield text.change(
                    after,
                    "does not wait for the tasks before it goes on",
                    text.rewrite(
                        [node, after],
                        f"{text.lines([node])}\n{indented(text.lines([after]))}",
                    ),
                )
