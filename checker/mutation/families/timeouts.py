"""A patience of one's own: what takes longer than somebody thought it would is given up.

The brief says how long something may take, or that nobody knows. Deadlines of a second to some hours
show whether the checks ever wait that long. (flake8-async has rules for timeouts that are forgotten,
such as ASYNC109; these are the ones that nobody asked for.)
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText, body, indented

RAISING: Final = (10, 1_000, 10_000)
SWALLOWING: Final = (100, 10_000)
RETRYING: Final = (100,)
BLOCKS: Final = (1_000,)

ATTEMPTS: Final = 3
"""How often a call that takes too long is made; one that tried for ever would never end."""


def changes(text: SourceText) -> Iterator[Change]:
    for function in text.coroutines:
        whole, outer = body(function), function is text.entry()
        for seconds in RAISING:
            yield text.change(
                function,
                f"raises TimeoutError after {seconds:,} s",
                text.wrap(whole, f"with anyio.fail_after({seconds:_}):"),
                outer=outer,
            )
        for seconds in SWALLOWING:
            yield text.change(
                function,
                f"gives up after {seconds:,} s and says nothing",
                text.wrap(whole, f"with anyio.move_on_after({seconds:_}):"),
                outer=outer,
            )
        for statement in text.steps(function):
            if len(whole) > 1 or statement is not whole[0]:
                yield from _around(text, statement)
    for node in text.nodes(ast.AsyncWith):
        for seconds in BLOCKS:
            yield text.change(
                node,
                f"gives up a block after {seconds:,} s",
                text.wrap([node], f"with anyio.move_on_after({seconds:_}):"),
            )


def _around(text: SourceText, statement: ast.stmt) -> Iterator[Change]:
    lines = text.lines([statement])
    fallback = ""
    if isinstance(statement, ast.Assign):
        names = [node.id for node in ast.walk(statement.targets[0]) if isinstance(node, ast.Name)]
        if isinstance(statement.targets[0], ast.Name | ast.Tuple):
            fallback = " = ".join([*names, "None"]) + "\n"
    for seconds in SWALLOWING:
        yield text.change(
            statement,
            f"gives up a call after {seconds:,} s",
            text.rewrite(
                [statement], f"{fallback}with anyio.move_on_after({seconds:_}):\n{indented(lines)}"
            ),
        )
    yield text.change(
        statement,
        "raises TimeoutError where a call takes 1,000 s",
        text.wrap([statement], "with anyio.fail_after(1_000):"),
    )
    leave = "" if isinstance(statement, ast.Return) else "\n        break"
    for seconds in RETRYING:
        yield text.change(
            statement,
            f"makes a call again that takes {seconds:,} s",
            text.rewrite(
                [statement],
                f"for _ in range({ATTEMPTS}):\n    with anyio.move_on_after({seconds:_}):\n"
                f"{indented(indented(lines))}{leave}",
            ),
        )
