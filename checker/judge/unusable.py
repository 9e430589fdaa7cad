"""Why there was nothing to run, in words for a learner."""

from collections.abc import Callable
from typing import Final

from checker.translation import _, ngettext
from checker_sandbox.wire.limits import COMPILE_MEMORY, COMPILE_SECONDS
from checker_sandbox.wire.plain import MAX_DEPTH, MAX_ITEMS, MAX_TEXT, indefinite
from checker_sandbox.wire.reasons import (
    BadSyntax,
    Empty,
    Fault,
    Missing,
    NotAsync,
    NotCallable,
    NotCompiled,
    NotFitting,
    NotImported,
    NotText,
    Reason,
    TooHardToCompile,
    Uncrossable,
)


def not_runnable(reason: Reason) -> str:
    """What kept the submission, or one call of it, from being run or from being judged."""
    match reason:
        case Empty():
            return _("the file is empty")
        case NotText():
            return _("the file is not UTF-8 text; save it as UTF-8")
        case BadSyntax(said):
            return _("a syntax error: {said}", said=said)
        case NotCompiled(said):
            return _("Python cannot compile it: {said}", said=said)
        case TooHardToCompile():
            return _(
                "Python cannot compile it in {seconds} s and {size} MiB",
                seconds=COMPILE_SECONDS,
                size=COMPILE_MEMORY >> 20,
            )
        case NotImported(kind, message):
            error = f"{kind}: {message}" if message else kind
            return _("importing it raised {error}", error=error)
        case Missing():
            return _missing(reason)
        case NotCallable("class", name):
            return _("{name} is not a class any more", name=name)
        case NotCallable("method", name, owner):
            return _("{owner}.{name} is not a method any more", owner=owner, name=name)
        case NotCallable(_what, name):
            return _("{name} is not a function any more", name=name)
        case NotFitting(name, arguments, said):
            return ngettext(
                "{name}() is called with {number} argument, and its signature does not allow that: "
                "{said}",
                "{name}() is called with {number} arguments, and its signature does not allow that: "
                "{said}",
                arguments,
                name=name,
                said=said,
            )
        case NotAsync(name):
            return _(
                "{name}() is a plain function; it must be a coroutine function (`async def {name}`)",
                name=name,
            )
        case Uncrossable(name, fault, kind, within) if within:
            return _(
                "{name}() returned {whole} with {value} in it; {hint}",
                name=name,
                whole=indefinite(within),
                value=_VALUES[fault](kind),
                hint=_INSIDE if kind == "coroutine" else _HINTS.get(kind, _PLAIN),
            )
        case Uncrossable(name, fault, kind):
            value, hint = _VALUES[fault](kind), _HINTS.get(kind, _PLAIN)
            return _("{name}() returned {value}; {hint}", name=name, value=value, hint=hint)


def _missing(missing: Missing) -> str:
    name, owner, near = missing.name, missing.owner, missing.near
    match missing.what:
        case "class" if near:
            return _(
                "the file has no class {name}, but one named {near}; rename it back",
                name=name,
                near=near,
            )
        case "class":
            return _("the file has no class {name}; the checks call it by that name", name=name)
        case "function" if near:
            return _(
                "the file has no function {name}(), but one named {near}(); rename it back",
                name=name,
                near=near,
            )
        case "function":
            return _(
                "the file has no function {name}(); the checks call it by that name", name=name
            )
        case "method" if near:
            return _(
                "{owner} has no method {name}(), but one named {near}(); rename it back",
                owner=owner,
                name=name,
                near=near,
            )
        case "method":
            return _(
                "{owner} has no method {name}(); the checks call it by that name",
                owner=owner,
                name=name,
            )


_VALUES: Final[dict[Fault, Callable[[str], str]]] = {
    "type": indefinite,
    "key": lambda kind: _("a dict with {kind} as a key", kind=indefinite(kind)),
    "integer": lambda kind: _("an integer of more than 64 bits"),
    "surrogate": lambda kind: _("a string with a lone surrogate, which is not text"),
    "depth": lambda kind: _("a value nested more than {levels} deep", levels=MAX_DEPTH),
    "items": lambda kind: _("a value of more than {items} items", items=f"{MAX_ITEMS:,}"),
    "text": lambda kind: _("a value of more than {size} KiB", size=MAX_TEXT >> 10),
}
"""What was returned, by what kept it from crossing."""

_PLAIN: Final = _(
    "it must return plain data (None, bool, int, float, str, bytes, or lists, tuples and dicts of "
    "these)"
)
_INSIDE: Final = _("`await` it, and put its result there")
_HINTS: Final = {
    "coroutine": _("`await` it, and return its result"),
    "TaskHandle": _("what its task returned is in `.return_value`, once the task has ended"),
    "Future": _("what it holds is there once it is awaited"),
}
