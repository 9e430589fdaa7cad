"""Values as short texts, for people to look at.

No code of whoever made a value is run for it: no `__repr__`, no property, no iteration of a class of
theirs. So it takes no time, raises nothing and changes nothing, and there is no address in it, which
would differ from run to run.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, Final

from checker_sandbox.wire.limits import MAX_SHOWN
from checker_sandbox.wire.plain import shortened

MAX_DEPTH: Final = 3
MAX_ITEMS: Final = 8
"""How many items of a list are shown, or attributes of an object."""

MAX_BITS: Final = 160

_BRACKETS: Final[dict[type, tuple[str, str]]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    deque: ("deque([", "])"),
}

# The classes of these are known by their names.
_TOOLS: Final = frozenset(
    {
        "anyio", "asyncio", "checker", "checker_sandbox", "concurrent", "contextlib", "functools",
        "logging", "outcome", "queue", "random", "threading", "trio", "weakref",
    }
)  # fmt: skip

# What the classes of strangers cannot put something else in the place of.
_MRO: Final[Any] = type.__dict__["__mro__"]
_NAMESPACE: Final[Any] = type.__dict__["__dict__"]
_CLASS_NAME: Final[Any] = type.__dict__["__name__"]


def shown(value: object) -> str:
    """`value` in at most `MAX_SHOWN` characters: plain values as Python writes them, the beginning of
    collections, and any other object by the name of its class and its attributes."""
    text = _shown(value, MAX_DEPTH)
    return shortened(text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…", MAX_SHOWN)


def is_code(value: object) -> bool:
    """Whether it is a function, a class or a module: nobody asks what these hold."""
    kinds = (FunctionType, BuiltinFunctionType, MethodType, ModuleType, type)
    return issubclass(type(value), kinds)


def attributes(value: object, *, private: bool = False) -> dict[str, object]:
    """What an object holds under names that are public (or under any), without running code of its
    class."""
    for kind in _MRO.__get__(type(value)):
        found = _NAMESPACE.__get__(kind).get("__dict__")
        if found is not None:
            if type(found) is not GetSetDescriptorType:
                break
            held = found.__get__(value)
            return {
                name: each
                for name, each in list(held.items())
                if type(name) is str and (private or not name.startswith("_"))
            }
    return {}


def class_name(value: object) -> str:
    """The name of the class of an object."""
    return shortened(_CLASS_NAME.__get__(type(value)), MAX_SHOWN)


def _shown(value: Any, depth: int) -> str:
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return repr(value)
    if kind is int:
        bits = int.bit_length(value)
        return repr(value) if bits <= MAX_BITS else f"<an int of {bits:,} bits>"
    if kind is str or kind is bytes:
        return repr(value[:MAX_SHOWN]) if len(value) <= MAX_SHOWN else repr(value[:MAX_SHOWN]) + "…"
    if kind is dict:
        items = islice(list(value.items()), MAX_ITEMS) if depth else ()
        pairs = (f"{_shown(key, depth - 1)}: {_shown(item, depth - 1)}" for key, item in items)
        return _listed("{", pairs, "}", len(value))
    if kind in _BRACKETS:
        first, last = _BRACKETS[kind]
        if not value and kind in (set, frozenset):
            return f"{kind.__name__}()"
        texts: Iterable[str] = (
            (_shown(item, depth - 1) for item in islice(value, MAX_ITEMS)) if depth else ()
        )
        if kind in (set, frozenset):
            texts = sorted(texts)  # Its own order may be by address.
        if kind is tuple and len(value) == 1:
            last = ",)"
        return _listed(first, texts, last, len(value))
    if is_code(value):
        return f"<{_code_name(value)}>"
    held = (
        islice(attributes(value).items(), MAX_ITEMS)
        if depth and package(kind) not in _TOOLS
        else ()
    )
    name = class_name(value)
    inside = ", ".join(f"{key}={_shown(each, depth - 1)}" for key, each in held)
    return f"{name}({inside})" if inside else f"<{name}>"


def package(kind: type) -> str:
    """The package that a class says it is from."""
    for each in _MRO.__get__(kind):
        module = _NAMESPACE.__get__(each).get("__module__")
        if module is not None:
            return module.partition(".")[0] if type(module) is str else ""
    return ""


def _listed(first: str, texts: Iterable[str], last: str, number: int) -> str:
    def parts() -> Iterator[str]:
        count = 0
        for text in texts:
            count += 1
            yield text
        if count < number:
            yield "…"

    return f"{first}{', '.join(parts())}{last}"


def _code_name(value: object) -> str:
    if issubclass(type(value), type):
        return f"class {shortened(_CLASS_NAME.__get__(value), MAX_SHOWN)}"
    return class_name(value)
