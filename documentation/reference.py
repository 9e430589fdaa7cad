"""The reference for those who write checks, made from the docstrings of what `checker` exports.

It is made from the source and not by inspection, so that it is the same on every version of Python,
and so that what stands below an attribute is its docstring.
"""

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import checker

PARTS: Final = {
    "Checks and their worlds": ["check", "scene", "question", "Case", "World"],
    "The world around a submission": ["Service", "Stream", "takes", "Feed", "blocking"],
    "Errors that reach the caller as AnyIO's": [
        "AnyIOError",
        "EndOfStream",
        "ClosedResourceError",
        "BrokenResourceError",
        "WouldBlock",
    ],
    "What is called": ["Act", "Instance"],
    "What happened": [
        "Run",
        "Calls",
        "Call",
        "Given",
        "ErrorTree",
        "Failure",
        "Blocked",
        "Printed",
        "Warned",
        "Task",
        "Wait",
        "Awaited",
        "ActRecord",
        "Trace",
        "most_in_flight",
    ],
    "Saying what should have been": [
        "CheckFailed",
        "same",
        "shown",
        "same_time",
        "is_later",
        "counted",
        "often",
        "were",
        "listed",
        "plain_name",
        "advise",
    ],
}
"""What belongs together, in the order in which an author meets it."""

OF_THE_KIT: Final = {
    "Case": {"aims", "has_run", "last_trace", "played", "searched", "worlds"},
    "World": {"choices", "trace"},
    "Act": {"explained"},
    "Service": {"end"},
    "Feed": {"end", "latency", "scoped"},
    "Stream": {"settle"},
    "Task": {"order"},
    "ActRecord": {"cancelled_order", "ending"},
    "Trace": {
        "cancelled_order",
        "ending",
        "happened",
        "services",
        "steps",
        "streams",
        "task_steps",
        "watched",
    },
}
"""What the kit itself asks of these, and no check has a use for."""

_HEAD: Final = """\
<!-- Made from the docstrings by `python -m documentation`. -->

# Reference for checks

Everything here can be imported from `checker`. [Writing an exercise](writing.md) shows how it fits
together. Seconds are virtual ones, the world's own, unless a sentence says otherwise.
"""


@dataclass(frozen=True)
class Entry:
    """A name, and what is said of it."""

    name: str
    signature: str
    text: str
    members: tuple["Entry", ...] = ()


def page() -> str:
    """The page. Raises `LookupError` if a name is missing in `PARTS`, or is not exported."""
    listed = [name for names in PARTS.values() for name in names]
    if sorted(listed) != sorted(checker.__all__):
        raise LookupError(f"PARTS and checker differ in {set(listed) ^ set(checker.__all__)}")
    parts = [_HEAD]
    for title, names in PARTS.items():
        parts.append(f"## {title}\n")
        for name in names:
            entry = describe(name)
            parts.append(f"### {name}\n\n```python\n{entry.signature}\n```\n\n{entry.text}\n")
            parts += [
                f"- `{member.signature}`\n\n{textwrap.indent(member.text, '    ')}\n"
                for member in entry.members
            ]
    return "\n".join(parts)


def describe(name: str) -> Entry:
    """What is said of an exported name and, if it is a class, of its public members."""
    thing = getattr(checker, name)
    node = _node(thing)
    if isinstance(node, ast.FunctionDef):
        return Entry(name, f"def {_signature(node)}", ast.get_docstring(node) or "")
    assert isinstance(node, ast.ClassDef)
    members: dict[str, Entry] = {}
    for cls in thing.__mro__:
        if cls.__module__.startswith("checker"):
            body = _node(cls)
            assert isinstance(body, ast.ClassDef)
            for member in _members(body):
                members.setdefault(member.name, member)
    shown = tuple(m for m in members.values() if m.name not in OF_THE_KIT.get(name, ()))
    bases = ", ".join(
        ast.unparse(base) for base in node.bases if ast.unparse(base) in _PUBLIC_BASES
    )
    signature = f"class {name}({bases})" if bases else f"class {name}"
    return Entry(name, signature, ast.get_docstring(node) or "", shown)


_PUBLIC_BASES: Final = {"Exception"}

_WIRED: Final = {"Line": "int | None", "Name": "str", "Number": "int", "Words": "str"}
"""What the wire's own names for limited numbers and texts are to a reader."""


def _node(thing: Any) -> ast.stmt:
    module = importlib.import_module(thing.__module__)
    tree = ast.parse(inspect.getsource(module))
    return next(
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == thing.__name__
    )


def _members(node: ast.ClassDef) -> Iterator[Entry]:
    for number, member in enumerate(node.body):
        if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
            text = ast.get_docstring(member) or ""
            if any(ast.unparse(decorator) == "property" for decorator in member.decorator_list):
                kind = f": {_annotation(member.returns)}" if member.returns else ""
                yield Entry(member.name, f"{member.name}{kind}", text)
            else:
                yield Entry(member.name, _signature(member), text)
        elif isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
            name = member.target.id
            if not name.startswith("_"):
                yield Entry(name, f"{name}: {_annotation(member.annotation)}", _below(node, number))
        elif isinstance(member, ast.FunctionDef) and member.name == "__init__":
            for place, statement in enumerate(member.body):
                said = _below(member, place)
                match statement:
                    case (
                        ast.Assign(targets=[ast.Attribute(attr=name)])
                        | ast.AnnAssign(target=ast.Attribute(attr=name))
                    ) if said and not name.startswith("_"):
                        yield Entry(name, name, said)


def _below(node: ast.ClassDef | ast.FunctionDef, number: int) -> str:
    """The string below an attribute, which says what it is."""
    match node.body[number + 1 : number + 2]:
        case [ast.Expr(value=ast.Constant(value=str(text)))]:
            return inspect.cleandoc(text)
    return ""


def _signature(node: ast.FunctionDef) -> str:
    arguments = node.args
    if arguments.args and arguments.args[0].arg in ("self", "cls"):
        arguments = ast.arguments(
            posonlyargs=arguments.posonlyargs,
            args=arguments.args[1:],
            vararg=arguments.vararg,
            kwonlyargs=arguments.kwonlyargs,
            kw_defaults=arguments.kw_defaults,
            kwarg=arguments.kwarg,
            defaults=arguments.defaults,
        )
    returns = f" -> {_annotation(node.returns)}" if node.returns else ""
    return f"{node.name}({_unquoted(ast.unparse(arguments))}){returns}"


def _annotation(node: ast.expr) -> str:
    return _unquoted(ast.unparse(node))


def _unquoted(text: str) -> str:
    """Types as a reader knows them: without quotes, and without the names of type variables
    and of the wire's own types."""
    text = re.sub(r"'([A-Z]\w*)'", r"\1", text)
    text = re.sub(r"\b(Line|Name|Number|Words)\b", lambda found: _WIRED[found[0]], text)
    return text.replace("_T", "T").replace("_S", "T").replace("_F", "T")
