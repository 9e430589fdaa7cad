"""What is returned: in the order of arrival, sorted, without what is not true, made up."""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText, last_name

_ARRIVALS: Final = """\
async def _noted(found, function, *arguments):
    found.append(await function(*arguments))
"""

_AS_THEY_COME: Final = """\
async def _as_they_come(*coroutines):
    found = []

    async def note(coroutine):
        found.append(await coroutine)

    async with anyio.create_task_group() as group:
        for coroutine in coroutines:
            group.start_soon(note, coroutine)
    return found
"""

LISTS: Final = {
    "sorted": "sorted({0}, key=str)",
    "in reverse": "list({0})[::-1]",
    "without what is not true": "[_one for _one in {0} if _one]",
    "without what is None": "[_one for _one in {0} if _one is not None]",
    "equal ones once": "list(dict.fromkeys({0}))",
    "without the last one": "list({0})[:-1]",
    "nothing": "[]",
    "the first one for all": "[{0}[0]] * len({0})",
    "as text": "[str(_one) for _one in {0}]",
    "a dictionary": "dict(enumerate({0}))",
    "None for nothing": "({0}) or None",
    "something that is not true is None": "[_one or None for _one in {0}]",
    "None is 0": "[_one or 0 for _one in {0}]",
}

DICTIONARIES: Final = {
    "pairs": "list(({0}).items())",
    "nothing": "{{}}",
    "without what is not true": "{{_key: _one for _key, _one in ({0}).items() if _one}}",
    "equal values once": (
        "{{_key: _one for _one, _key in {{_o: _k for _k, _o in ({0}).items()}}.items()}}"
    ),
    "as text": "{{_key: str(_one) for _key, _one in ({0}).items()}}",
    "without the last one": "dict(list(({0}).items())[:-1])",
    "None for nothing": "({0}) or None",
    "something that is not true is None": (
        "{{_key: _one or None for _key, _one in ({0}).items()}}"
    ),
}

NUMBERS: Final = {
    "one more": "{0} + 1",
    "a fraction": "float({0})",
    "as text": "str({0})",
    "None for 0": "({0}) or None",
    "0": "0",
    "None": "None",
}

TEXTS: Final = {
    "nothing": '""',
    "None": "None",
    "None for nothing": "({0}) or None",
}


def changes(text: SourceText) -> Iterator[Change]:
    for node in text.nodes(ast.Return):
        yield from _other_value(text, node)
    yield from _in_order_of_arrival(text)


def _other_value(text: SourceText, node: ast.Return) -> Iterator[Change]:
    function = text.function(node)
    if function is None or node.value is None or function.returns is None:
        return
    kinds = {
        "list": LISTS,
        "dict": DICTIONARIES,
        "int": NUMBERS,
        "str": TEXTS,
    }
    kind = text.text(function.returns).split("[")[0].split(" ")[0]
    value = text.text(node.value)
    annotation = text.text(function.returns)
    for what, written in kinds.get(kind, {}).items():
        if what == "as text" and annotation.endswith("str]"):
            continue  # They are text.
        if what in ("without what is None", "None is 0") and "None" not in annotation:
            continue
        yield text.change(
            node,
            f"returns {what}",
            text.replace(node.value, written.format(f"({value})")),
            outer=function is text.entry(),
        )


def _in_order_of_arrival(text: SourceText) -> Iterator[Change]:
    for node in text.nodes(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value):
                for empty in _places_made(text, name):
                    yield text.change(
                        node,
                        "in the order of arrival",
                        text.replace(empty, "[]"),
                        text.replace(node, f"{name}.append({text.text(value)})"),
                    )
    for start in text.starts:
        comprehension = next(
            (outer for outer in text.parents(start.call) if isinstance(outer, ast.ListComp)), None
        )
        function = text.function(start.call)
        if comprehension is None or function is None:
            continue
        for last in text.nodes(ast.Return):
            if text.function(last) is function and isinstance(last.value, ast.ListComp):
                arguments = ", ".join(["_found", start.function, *start.arguments])
                yield text.change(
                    last,
                    "in the order of arrival",
                    text.before(text.statement(comprehension), "_found = []"),
                    text.replace(start.call, f"{start.group}.start_soon(_noted, {arguments})"),
                    text.replace(last.value, "_found"),
                    module=_ARRIVALS,
                )
    for call in text.nodes(ast.Call):
        if last_name(call.func) == "gather":
            yield text.change(
                call,
                "in the order of arrival",
                text.replace(call.func, "_as_they_come"),
                module=_AS_THEY_COME,
            )
        elif last_name(call.func) == "amap" and len(call.args) == 2:
            function_, items = map(text.text, call.args)
            yield text.change(
                call,
                "in the order of arrival",
                text.replace(call, f"_as_they_come(*[{function_}(_item) for _item in {items}])"),
                module=_AS_THEY_COME,
            )


def _places_made(text: SourceText, name: str) -> Iterator[ast.expr]:
    """Where a list of this name is made with a place for each result: `[None] * len(items)`."""
    made: list[ast.Assign | ast.AnnAssign] = [*text.nodes(ast.Assign), *text.nodes(ast.AnnAssign)]
    for node in made:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(node.value, ast.BinOp) and last_name(target) == name:
            yield node.value
