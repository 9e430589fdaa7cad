"""Code in a submission that an instructor may want to look at, since no exercise needs it.

This only reads the code, so it decides nothing: what is flagged may be harmless, and what is not
flagged may be well hidden. Marks come from what the judge saw.
"""

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from typing import Final

from checker.harmless import safe_name
from checker.sweep.results import Flag

MAX_FLAGS: Final = 20

MAX_PARSED: Final = 1 << 17
"""Characters of a program that are looked through; those that people write have a few thousand."""

_PLAIN: Final = {"utf-8", "utf-8-sig", "iso-8859-1", "ascii"}
"""The encodings in which a program says what it seems to say; in others, a comment may be code."""

_DOTTED: Final = re.compile(r"(?:\.[\s\\]*\w+[\s\\]*){200}")

_MODULES: Final = {
    "ctypes": "reaches into the interpreter's memory",
    "gc": "looks through everything in memory",
    "inspect": "looks at other code's frames",
    "importlib": "imports by name",
    "mmap": "maps memory",
    "multiprocessing": "starts other processes",
    "pickle": "packs code",
    "ptrace": "traces processes",
    "resource": "looks at the limits",
    "shutil": "works on files",
    "signal": "handles signals",
    "socket": "opens connections",
    "subprocess": "starts other processes",
    "sysconfig": "looks at the installation",
    "tempfile": "works on files",
    "checker": "knows of the checker",
    "_thread": "starts threads that nobody can follow",
}

_ATTRIBUTES: Final = {
    "_getframe": "looks at other code's frames",
    "_current_frames": "looks at other code's frames",
    "__subclasses__": "looks for classes that it has no name for",
    "__globals__": "looks into other modules",
    "f_back": "looks at other code's frames",
    "tb_frame": "looks at other code's frames",
    "gi_frame": "looks at other code's frames",
    "cr_frame": "looks at other code's frames",
    "modules": "looks at what is imported",
    "settrace": "traces other code",
    "setprofile": "traces other code",
    "addaudithook": "listens to the interpreter",
    "_exit": "ends its process",
    "fork": "starts another process",
    "kill": "sends signals",
    "killpg": "sends signals",
    "setsid": "leaves its process group",
    "environ": "reads the environment",
}

_CALLS: Final = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "compile": "compiles text",
    "__import__": "imports by name",
    "open": "opens a file",
    "input": "reads from a keyboard",
    "breakpoint": "stops in a debugger",
    "globals": "looks into its module by name",
    "setattr": "sets attributes by name",
}

_PATCHED: Final = {"anyio", "asyncio", "trio", "time", "threading", "builtins", "sys", "os"}


class TooLarge(ValueError):
    """Nobody writes such a program, and to parse it would take too much; the text says why."""


def parse(text: str) -> ast.Module:
    """The tree of a stranger's program, in silence. Raises `TooLarge`, and what `ast.parse` raises."""
    if len(text) > MAX_PARSED:
        raise TooLarge(f"it has more than {MAX_PARSED >> 10} KiB")
    if _DOTTED.search(text):  # Of `a.b.c`, Python makes each part of the name, and keeps all.
        raise TooLarge("it has a name of very many parts")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def find_flags(source: bytes) -> tuple[Flag, ...]:
    """What stands out in a submission, in the order of its lines."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        if encoding not in _PLAIN:
            return (Flag(1, f"is not looked through: it is written in {safe_name(encoding)}"),)
        tree = parse(source.decode(encoding, "replace"))
    except TooLarge as error:
        return (Flag(1, f"is not looked through: {error}"),)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = {(flag.line, flag.what): flag for node in ast.walk(tree) for flag in _of(node)}
    return tuple(found[key] for key in sorted(found))[:MAX_FLAGS]


def _of(node: ast.AST) -> Iterator[Flag]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield from _imported(node.lineno, alias.name)
        case ast.ImportFrom(module=str(module)):
            yield from _imported(node.lineno, module)
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            yield Flag(node.lineno, f"{name}: {_ATTRIBUTES[name]}")
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            yield Flag(node.lineno, f"{name}(): {_CALLS[name]}")
        case ast.Assign(targets=targets):
            for target in targets:
                if (
                    isinstance(target, ast.Attribute)
                    and isinstance(target.value, ast.Name)
                    and target.value.id in _PATCHED
                ):
                    name = f"{target.value.id}.{target.attr}"
                    yield Flag(node.lineno, f"{name}: puts something else in its place")


def _imported(line: int, module: str) -> Iterator[Flag]:
    name = module.partition(".")[0]
    if name in _MODULES:
        yield Flag(line, f"imports {name}: {_MODULES[name]}")
