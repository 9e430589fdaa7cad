"""A line that is missing, or stands where its neighbour should; an `await` that is not there; a loop
that ends after a while.

Deleting statements is the oldest operator of mutation testing (R. A. DeMillo, R. J. Lipton,
F. G. Sayward, "Hints on Test Data Selection", 1978) and still among the strongest.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText, is_docstring, within

ROUNDS: Final = (10, 100, 1_000)

_LEAVING: Final = (
    ast.Await,
    ast.AsyncWith,
    ast.AsyncFor,
    ast.Return,
    ast.Raise,
    ast.Break,
    ast.Continue,
)
"""What lets other tasks run, or leaves the block."""

_FIXED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def changes(text: SourceText) -> Iterator[Change]:
    for function in text.functions:
        for node in within(function):
            if isinstance(node, ast.stmt) and not isinstance(node, (*_FIXED, ast.Pass)):
                yield from _other_lines(text, node)
    for node in text.nodes(ast.Await):
        if text.is_pause(node):
            continue
        yield text.change(node, "no await", text.replace(node, text.text(node.value)))
    for loop in text.nodes(ast.While):
        if text.text(loop.test) == "True":
            for rounds in ROUNDS:
                first = f"for _ in range({rounds}):"
                yield text.change(
                    loop,
                    f"ends after {rounds:,} rounds",
                    text.rewrite([loop], text.lines([loop]).replace("while True:", first, 1)),
                )


def _other_lines(text: SourceText, statement: ast.stmt) -> Iterator[Change]:
    if is_docstring(statement) or _is_checkpoint(text, statement):
        return
    if not isinstance(statement, ast.With | ast.AsyncWith | ast.Try | ast.For | ast.While):
        yield text.change(statement, "a line less", text.remove(statement))
    if isinstance(statement, ast.With | ast.AsyncWith) and not any(
        map(text.is_guard, (item.context_expr for item in statement.items))
    ):
        yield text.change(
            statement,
            "a block without what is around it",
            text.rewrite([statement], text.lines(statement.body)),
        )
    siblings = text.siblings(statement)
    at = siblings.index(statement)
    if (
        at + 1 < len(siblings)
        and not isinstance(siblings[at + 1], _FIXED)
        and _order_matters(statement, siblings[at + 1])
    ):
        after = siblings[at + 1]
        yield text.change(
            statement,
            "two lines exchanged",
            text.rewrite([statement, after], f"{text.lines([after])}\n{text.lines([statement])}"),
        )
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Await):
        yield text.change(statement, "a line twice", text.after(statement, text.lines([statement])))


def _is_checkpoint(text: SourceText, statement: ast.stmt) -> bool:
    """Whether this is a checkpoint, of which there may be more or fewer."""
    return text.lines([statement]).endswith("checkpoint()")


def _order_matters(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether somebody could tell which of two lines came first: another task that runs between them,
    or one line that uses what the other one changes."""
    if any(
        isinstance(node, _LEAVING) for line in (first, second) for node in (line, *ast.walk(line))
    ):
        return True
    return bool(_changed(first) & _names(second) or _changed(second) & _names(first))


def _names(line: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(line) if isinstance(node, ast.Name)}


def _changed(line: ast.stmt) -> set[str]:
    """The names that a line assigns to, and those of what it calls a method of."""
    changed = set()
    for node in ast.walk(line):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                changed.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                changed.add(name)
            case ast.Call(func=ast.Attribute(value=value)):
                changed |= {inner.id for inner in ast.walk(value) if isinstance(inner, ast.Name)}
    return changed - {"anyio"}
