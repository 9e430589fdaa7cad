"""What a module keeps from one call to the next: limiters, locks, results, marks that it was called.

A server is called again and again, with other arguments, and sometimes at the same time. What the
first call made for itself is still there at the second.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText, body, within

CALLS: Final = (1, 10)

_KEPT: Final = "_kept = {}"

_ONCE: Final = """\
_answers = {}


async def _once(function, *arguments):
    if arguments not in _answers:
        _answers[arguments] = await function(*arguments)
    return _answers[arguments]
"""


def changes(text: SourceText) -> Iterator[Change]:
    yield from _kept_from_the_first_call(text)
    yield from _answers_kept(text)
    yield from _calls_counted(text)


def _kept_from_the_first_call(text: SourceText) -> Iterator[Change]:
    for function in text.functions:
        for node in within(function):
            if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                continue
            if any(isinstance(inner, ast.Await) for inner in ast.walk(node.value)):
                continue
            if not isinstance(
                node.value,
                ast.Call | ast.List | ast.Dict | ast.Set | ast.ListComp | ast.BinOp | ast.DictComp,
            ):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = text.text(target).strip("()")
            if "[" in name:
                continue
            yield text.change(
                node,
                "something is kept from the first call",
                text.replace(node.value, f"_kept.setdefault({name!r}, {text.text(node.value)})"),
                module=_KEPT,
            )


def _answers_kept(text: SourceText) -> Iterator[Change]:
    """What was asked for once is not asked for again."""
    for node in text.nodes(ast.Await):
        call = node.value
        if not isinstance(call, ast.Call) or not call.args or call.keywords:
            continue
        if not all(isinstance(argument, ast.Name | ast.Constant) for argument in call.args):
            continue
        arguments = ", ".join(map(text.text, [call.func, *call.args]))
        yield text.change(
            node,
            "an answer is kept for ever",
            text.replace(node, f"await _once({arguments})"),
            module=_ONCE,
        )


def _calls_counted(text: SourceText) -> Iterator[Change]:
    entry = text.entry()
    if entry is None:
        return
    first = body(entry)[0]
    for count in CALLS:
        yield text.change(
            entry,
            f"does nothing after {count} call{'s' if count > 1 else ''}",
            text.before(first, f"_calls.append(1)\nif len(_calls) > {count}:\n    return None"),
            module="_calls: list[int] = []",
            outer=True,
        )
    yield text.change(
        entry,
        "one call at a time",
        text.wrap(body(entry), "async with _one_call:"),
        module="_one_call = anyio.Lock()",
        outer=True,
    )
