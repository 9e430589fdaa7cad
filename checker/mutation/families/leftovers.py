"""What is left behind or takes longer than it must: tasks in the background, threads, sleeps.

On asyncio a task can be started that belongs to nobody, on trio a system task; flake8-async warns of
the first (ASYNC251 and ASYNC300) and of a nursery that outlives what opened it (ASYNC113).
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText, body

PAUSES: Final = ("0.001", "1")
BETWEEN: Final = "0.001"

_BACKGROUND: Final = """\
_tasks = []


def _in_background(function, *arguments):
    if sniffio.current_async_library() == "trio":
        trio.lowlevel.spawn_system_task(function, *arguments)
    else:
        _tasks.append(asyncio.ensure_future(function(*arguments)))
"""


def changes(text: SourceText) -> Iterator[Change]:
    yield from _in_the_background(text)
    yield from _left_behind(text)
    yield from _pauses(text)


def _in_the_background(text: SourceText) -> Iterator[Change]:
    for start in text.starts:
        if isinstance(text.parent(start.call), ast.Expr):
            arguments = ", ".join([start.function, *start.arguments])
            yield text.change(
                start.call,
                "a task that belongs to nobody",
                text.replace(start.call, f"_in_background({arguments})"),
                module=_BACKGROUND,
            )
    for node in text.nodes(ast.Await):
        if isinstance(text.parent(node), ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            arguments = ", ".join(map(text.text, [call.func, *call.args]))
            if not call.keywords:
                yield text.change(
                    node,
                    "a call by a task that belongs to nobody",
                    text.replace(node, f"_in_background({arguments})"),
                    module=_BACKGROUND,
                )


def _left_behind(text: SourceText) -> Iterator[Change]:
    entry = text.entry()
    if entry is None:
        return
    first = body(entry)[0]
    for what, line in {
        "leaves a task behind": "_in_background(anyio.sleep, 1)",
        "leaves a task behind for ever": "_in_background(anyio.sleep_forever)",
    }.items():
        yield text.change(entry, what, text.before(first, line), module=_BACKGROUND, outer=True)
    yield text.change(
        entry,
        "leaves a thread behind",
        text.before(first, "threading.Thread(target=time.sleep, args=(1,)).start()"),
        outer=True,
    )


def _pauses(text: SourceText) -> Iterator[Change]:
    """A sleep before, after and between, to be on the safe side."""
    for function in text.coroutines:
        whole, outer = body(function), function is text.entry()
        for seconds in PAUSES:
            pause = f"await anyio.sleep({seconds})"
            yield text.change(
                whole[0], f"sleeps {seconds} s first", text.before(whole[0], pause), outer=outer
            )
            if not isinstance(whole[-1], ast.Return):
                yield text.change(
                    whole[-1],
                    f"sleeps {seconds} s at the end",
                    text.after(whole[-1], pause),
                    outer=outer,
                )
        for statement in text.steps(function):
            yield text.change(
                statement,
                f"sleeps {BETWEEN} s between two steps",
                text.before(statement, f"await anyio.sleep({BETWEEN})"),
            )
    for loop in text.nodes(ast.For):
        if isinstance(text.function(loop), ast.AsyncFunctionDef):
            yield text.change(
                loop,
                f"sleeps {BETWEEN} s between one item and the next",
                text.after(loop.body[-1], f"await anyio.sleep({BETWEEN})"),
            )
    for node in text.nodes(ast.Return):
        if isinstance(text.function(node), ast.AsyncFunctionDef):
            yield text.change(
                node,
                f"sleeps {BETWEEN} s before it returns",
                text.before(node, f"await anyio.sleep({BETWEEN})"),
            )
