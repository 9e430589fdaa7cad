"""The wrong way to tell one thing from another: truth for presence, equality for identity, a value
for its place.
"""

import ast
from collections.abc import Iterator

from checker.mutation.source_text import Change, SourceText, last_name


def changes(text: SourceText) -> Iterator[Change]:
    for node in text.nodes(ast.Compare):
        yield from _presence(text, node)
    yield from _conditions(text)
    yield from _places(text)
    yield from _sorting(text)


def _presence(text: SourceText, node: ast.Compare) -> Iterator[Change]:
    left = text.text(node.left)
    match node:
        case ast.Compare(ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            yield text.change(
                node, "truth in place of `is None`", text.replace(node, f"not {left}")
            )
        case ast.Compare(ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            yield text.change(node, "truth in place of `is not None`", text.replace(node, left))
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot() as operator]):
            other = {ast.Eq: "is", ast.NotEq: "is not", ast.Is: "==", ast.IsNot: "!="}
            word = other[type(operator)]
            yield text.change(
                node,
                f"`{word}`",
                text.replace(node, f"{left} {word} {text.text(node.comparators[0])}"),
            )


def _conditions(text: SourceText) -> Iterator[Change]:
    branches: list[ast.If | ast.While] = [*text.nodes(ast.If), *text.nodes(ast.While)]
    for node in branches:
        test = text.text(node.test)
        if test == "True":
            continue
        yield text.change(
            node.test, "the opposite condition", text.replace(node.test, f"not ({test})")
        )
        if isinstance(node.test, ast.Name | ast.Attribute):
            yield text.change(
                node.test,
                "`is not None` in place of truth",
                text.replace(node.test, f"{test} is not None"),
            )


def _places(text: SourceText) -> Iterator[Change]:
    """Where the first of two equal items stands for both."""
    for call in text.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id="enumerate"), args=[items]):
                xs = text.text(items)
                yield text.change(
                    call,
                    "the place of the first item that is equal",
                    text.replace(call, f"[(list({xs}).index(_item), _item) for _item in {xs}]"),
                )
            case ast.Call(func=ast.Name(id="zip"), args=[first, second, *_]):
                yield text.change(
                    call,
                    "pairs of which equal ones are one",
                    text.replace(
                        call,
                        f"dict(zip({text.text(first)}, {text.text(second)}, strict=True)).items()",
                    ),
                )
    for node in text.nodes(ast.Subscript):
        if not isinstance(node.slice, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        index = text.text(node.slice)
        if last_name(node) in text.guards:
            continue
        yield text.change(node, "the place before it", text.replace(node.slice, f"{index} - 1"))


def _sorting(text: SourceText) -> Iterator[Change]:
    for call in text.nodes(ast.Call):
        if last_name(call.func) in ("sorted", "reversed") and len(call.args) == 1:
            yield text.change(
                call,
                f"not {last_name(call.func)}",
                text.replace(call, f"list({text.text(call.args[0])})"),
            )
