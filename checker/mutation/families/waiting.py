"""Looking again and again in place of waiting: for a lock, an event, an item, a time.

What is polled on a grid that the checks' times lie on is seen exactly on time. flake8-async calls it
ASYNC110: `while ...: await sleep()`, where an event would do.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.families.locks import guards
from checker.mutation.source_text import Change, SourceText, indented, last_name

PERIODS: Final = ("0.01", "0.1", "0.5", "1")

_TICKS = """\
async def _sleep(seconds: float) -> None:
    until = anyio.current_time() + seconds
    while anyio.current_time() < until:
        await anyio.sleep({period})
"""


def changes(text: SourceText) -> Iterator[Change]:
    for period in PERIODS:
        for node in text.nodes(ast.AsyncWith):
            yield from _for_a_lock(text, node, period)
        for call in text.nodes(ast.Call):
            yield from _for_an_answer(text, call, period)
        yield from _for_tasks(text, period)
    for period in ("0.1", "0.5"):
        for call in text.nodes(ast.Call):
            if last_name(call.func) == "sleep":
                yield text.change(
                    call,
                    f"sleeps {period} s at a time, until it is late enough",
                    text.replace(call.func, "_sleep"),
                    module=_TICKS.format(period=period),
                )


def _for_a_lock(text: SourceText, node: ast.AsyncWith, period: str) -> Iterator[Change]:
    held = guards(text, node)
    if not held:
        return

    inner = text.lines(node.body)
    for guard in reversed(held):
        name = text.text(guard)
        inner = (
            f"while True:\n    try:\n        {name}.acquire_nowait()\n        break\n"
            f"    except anyio.WouldBlock:\n        await anyio.sleep({period})\n"
            f"try:\n{indented(inner)}\nfinally:\n    {name}.release()"
        )
    yield text.change(
        node, f"asks every {period} s whether a lock is free", text.rewrite([node], inner)
    )


def _for_an_answer(text: SourceText, call: ast.Call, period: str) -> Iterator[Change]:
    if not isinstance(call.func, ast.Attribute) or not isinstance(text.parent(call), ast.Await):
        return
    name, statement = text.text(call.func.value), text.statement(call)
    match call.func.attr:
        case "wait" if isinstance(statement, ast.Expr):
            yield text.change(
                call,
                f"asks every {period} s whether an event is set",
                text.rewrite(
                    [statement], f"while not {name}.is_set():\n    await anyio.sleep({period})"
                ),
            )
        case "receive" | "acquire":
            attempt = text.lines([statement]).replace(
                f"await {text.text(call)}", f"{name}.{call.func.attr}_nowait()"
            )
            yield text.change(
                call,
                f"asks every {period} s whether there is something",
                text.rewrite(
                    [statement],
                    f"while True:\n    try:\n{indented(indented(attempt))}\n        break\n"
                    f"    except anyio.WouldBlock:\n        await anyio.sleep({period})",
                ),
            )
        case "wait_for" if call.args:
            yield text.change(
                call,
                f"asks every {period} s whether a condition holds",
                text.rewrite(
                    [statement],
                    f"while not ({text.text(call.args[0])})():\n    {name}.release()\n"
                    f"    try:\n        await anyio.sleep({period})\n    finally:\n"
                    f"        with anyio.CancelScope(shield=True):\n"
                    f"            await {name}.acquire()",
                ),
            )


def _for_tasks(text: SourceText, period: str) -> Iterator[Change]:
    """Counts the tasks that are done, and looks at the count from time to time."""
    for start in text.starts:
        loop = next(
            (outer for outer in text.parents(start.call) if isinstance(outer, ast.For)), None
        )
        if loop is None or not isinstance(text.parent(start.call), ast.Expr):
            continue
        arguments = ", ".join([start.function, *start.arguments])
        yield text.change(
            start.call,
            f"asks every {period} s whether the tasks are done",
            text.before(loop, "_going[:] = []"),
            text.before(text.statement(start.call), "_going.append(1)"),
            text.replace(start.call, f"{start.group}.start_soon(_counted, {arguments})"),
            text.after(loop, f"while _going:\n    await anyio.sleep({period})"),
            module=(
                "_going: list[int] = []\n\n\n"
                "async def _counted(function, *arguments):\n"
                "    try:\n        await function(*arguments)\n    finally:\n        _going.pop()\n"
            ),
        )
