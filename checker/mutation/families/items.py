"""Items that are left out: the first, the last, those without a value, those that came before, those
behind the hundredth. And inputs that are refused: none, one, two that are equal, too many.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText, body

CAPS: Final = (10, 50, 100)
MOST: Final = (15, 60)


def changes(text: SourceText) -> Iterator[Change]:
    for items, node in _iterated(text):
        yield from _left_out(text, node, items)
    for loop in text.nodes(ast.For):
        yield from _parts_left_out(text, loop)
    yield from _refused(text)


def _iterated(text: SourceText) -> Iterator[tuple[str, ast.expr]]:
    for loop in text.nodes(ast.For):
        yield text.text(loop.iter), loop.iter
    for generator in text.nodes(ast.comprehension):
        yield text.text(generator.iter), generator.iter
    for call in text.nodes(ast.Call):
        if text.text(call.func).endswith(("amap", "map")) and len(call.args) == 2:
            yield text.text(call.args[1]), call.args[1]


def _left_out(text: SourceText, node: ast.expr, items: str) -> Iterator[Change]:
    if items.startswith("range("):
        return
    others = {
        "without the first": f"list({items})[1:]",
        "without the last": f"list({items})[:-1]",
        "without those that are not true": f"[_item for _item in {items} if _item]",
        "equal ones once": f"list(dict.fromkeys({items}))",
        "the first one twice": f"[*list({items})[:1], *{items}]",
    }
    others |= {f"{cap} at the most": f"list({items})[:{cap}]" for cap in CAPS}
    for what, written in others.items():
        yield text.change(node, what, text.replace(node, written))


def _parts_left_out(text: SourceText, loop: ast.For) -> Iterator[Change]:
    """Items of which a part is nothing, or came before."""
    if isinstance(loop.target, ast.Name):
        return
    first = loop.body[0]
    for node in ast.walk(loop.target):
        if isinstance(node, ast.Name) and node.id != "_":
            yield text.change(
                node,
                "without those of which a part is not true",
                text.before(first, f"if not {node.id}:\n    continue"),
            )
            yield text.change(
                node,
                "without those of which a part came before",
                text.before(loop, "_seen = set()"),
                text.before(first, f"if {node.id} in _seen:\n    continue\n_seen.add({node.id})"),
            )


def _refused(text: SourceText) -> Iterator[Change]:
    entry = text.entry()
    if entry is None:
        return
    first = body(entry)[0]
    for argument in entry.args.args:
        annotation = text.text(argument.annotation) if argument.annotation is not None else ""
        name = argument.arg
        if annotation.startswith(("Sequence", "list")):
            tests = {
                "refuses an empty list": name,
                "refuses a list of one": f"len({name}) != 1",
                "refuses a list in which two are equal": (
                    f"all(_item not in {name}[:_at] for _at, _item in enumerate({name}))"
                ),
            }
            tests |= {f"refuses a list of more than {n}": f"len({name}) <= {n}" for n in MOST}
        elif annotation == "int":
            tests = {
                "refuses 0": f"{name} != 0",
                "refuses 1": f"{name} != 1",
                "refuses more than 15": f"{name} <= 15",
            }
        elif annotation == "str":
            tests = {"refuses an empty text": name}
        else:
            continue
        for what, test in tests.items():
            yield text.change(argument, what, text.before(first, f"assert {test}"), outer=True)
        if annotation.startswith(("Sequence", "list")):
            yield text.change(
                argument,
                "returns nothing for an empty list",
                text.before(first, f"if not {name}:\n    return None"),
                outer=True,
            )
