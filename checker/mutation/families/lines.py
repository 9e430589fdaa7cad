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

_FIXED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def changes(text: SourceText) -> Iterator[Change]:
    for function in text.functions:
        for node in within(function):
            if isinstance(node, ast.stmt) and not isinstance(node, (*_FIXED, ast.Pass)):
                yield from _other_lines(text, node)
    for node in text.nodes(ast.Await):
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
    if is_docstring(statement):
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
    if at + 1 < len(siblings) and not isinstance(siblings[at + 1], _FIXED):
        after = siblings[at + 1]
        yield text.change(
            statement,
            "two lines exchanged",
            text.rewrite([statement, after], f"{text.lines([after])}\n{text.lines([statement])}"),
        )
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Await):
        yield text.change(statement, "a line twice", text.after(statement, text.lines([statement])))
