"""From bytes that a stranger sent to a function that can be called, or to the reason why it cannot."""

import difflib
import inspect
import io
import linecache
import sys
import types
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from checker_sandbox.errors import describe_error
from checker_sandbox.lines import DRIVER, EXERCISE, raising_line
from checker_sandbox.wire.limits import MAX_NAME
from checker_sandbox.wire.messages import NotRunnable
from checker_sandbox.wire.plain import shortened
from checker_sandbox.wire.reasons import (
    BadSyntax,
    Empty,
    Missing,
    NotCallable,
    NotCompiled,
    NotFitting,
    NotImported,
    NotText,
    Reason,
    TooHardToCompile,
    What,
)


class UnusableSubmission(Exception):
    """The submission cannot be run."""

    def __init__(self, reason: Reason, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line

    def ending(self) -> NotRunnable:
        """How a run or an act ends in which this comes up."""
        return NotRunnable(self.reason, self.line)


_programs: dict[str, types.CodeType | UnusableSubmission] = {}
"""What was compiled, or why it could not be, by the name of its file."""


def prepare(exercise: bytes, driver: bytes) -> None:
    """Compile a submission, and the author's driver if there is any: once, for all of its runs."""
    keep(exercise, driver, compiled(exercise, driver))


Compiled: TypeAlias = dict[str, types.CodeType | bytes]
"""What was compiled, or the encoded message that says why it could not be, by the name of its file: nothing
but what `marshal` knows."""


def compiled(exercise: bytes, driver: bytes) -> Compiled:
    """What comes of compiling a submission and a driver. Nothing of this process is changed by it."""
    programs: Compiled = {}
    for filename, source in ((EXERCISE, exercise), (DRIVER, driver)):
        if source or filename == EXERCISE:
            try:
                programs[filename] = _compile(filename, source)
            except UnusableSubmission as refusal:
                programs[filename] = msgspec.msgpack.encode(refusal.ending())
    return programs


def keep(exercise: bytes, driver: bytes, programs: Compiled) -> None:
    """Let runs find what was compiled of these sources."""
    _programs.clear()
    for filename, source in ((EXERCISE, exercise), (DRIVER, driver)):
        program = programs.get(filename)
        if isinstance(program, types.CodeType):
            _programs[filename] = program
            text = source.decode("utf-8-sig")
            # It has fewer ends of lines than `str`.
            lines = io.StringIO(text, newline=None).readlines()
            linecache.cache[filename] = (len(text), None, lines, filename)
        elif program is not None:
            refusal = msgspec.msgpack.decode(program, type=NotRunnable)
            _programs[filename] = UnusableSubmission(refusal.reason, refusal.line)


def load() -> types.ModuleType:
    """Import what was prepared: the driver, if there is one, which imports `exercise`. Raises
    `UnusableSubmission`.
    """
    module = _import("exercise", EXERCISE)
    if DRIVER in _programs:
        module = _import("driver", DRIVER)
    return module


def codes() -> list[types.CodeType]:
    """What was compiled."""
    return [code for code in _programs.values() if isinstance(code, types.CodeType)]


def forget() -> None:
    """Let go of the modules that `load` made."""
    for name in ("exercise", "driver"):
        sys.modules.pop(name, None)


def _compile(filename: str, source: bytes) -> types.CodeType:
    if not source.strip():
        raise UnusableSubmission(Empty())
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise UnusableSubmission(NotText(), line) from None
    try:
        return compile(text, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise UnusableSubmission(BadSyntax(shortened(error.msg)), error.lineno) from None
    except MemoryError:
        raise UnusableSubmission(TooHardToCompile()) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise UnusableSubmission(NotCompiled(shortened(str(error)))) from None


def _import(name: str, filename: str) -> types.ModuleType:
    code = _programs[filename]
    if isinstance(code, UnusableSubmission):
        raise code
    module = types.ModuleType(name)
    module.__file__ = filename
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException as error:
        described = describe_error(error)
        raise UnusableSubmission(
            NotImported(described.kind, described.message), raising_line(error.__traceback__)
        ) from None
    return module


def find(module: types.ModuleType, name: str) -> Callable[..., Any]:
    """The function or class of this name. Raises `UnusableSubmission`."""
    function = getattr(module, name, None)
    what: What = "class" if _is_class_name(name) else "function"
    if function is None:
        sort = type if what == "class" else types.FunctionType
        names = [
            other
            for other, value in vars(module).items()
            if isinstance(value, sort) and value.__module__ == module.__name__
        ]
        raise UnusableSubmission(Missing(what, name, near=_near(name, names)))
    if not callable(function):
        raise UnusableSubmission(NotCallable(what, name))
    return function  # type: ignore[no-any-return]


def find_method(owner: object, name: str) -> Callable[..., Any]:
    """The method of this name. Raises `UnusableSubmission`."""
    method = getattr(owner, name, None)
    if callable(method):
        return method  # type: ignore[no-any-return]
    kind = type(owner)
    its_class = shortened(kind.__name__, MAX_NAME)
    if method is not None:
        raise UnusableSubmission(NotCallable("method", name, its_class))
    methods = [n for n, value in inspect.getmembers(kind, inspect.isfunction) if n[0] != "_"]
    raise UnusableSubmission(Missing("method", name, its_class, _near(name, methods)))


def _near(wanted: str, names: list[str]) -> str:
    """What it may be called instead."""
    near = difflib.get_close_matches(wanted, names, n=1)
    return shortened(near[0], MAX_NAME) if near else ""


def _is_class_name(name: str) -> bool:
    return name[:1].isupper()


def expect_to_fit(function: Callable[..., Any], name: str, arguments: list[Any]) -> None:
    """Raise `UnusableSubmission` if `function` cannot be called with `arguments`."""
    try:
        _bind(function, arguments)
    except TypeError as error:
        raise UnusableSubmission(
            NotFitting(name, len(arguments), shortened(str(error))), first_line(function)
        ) from None
    except ValueError:  # Some callables have no signature to look at.
        pass


def _bind(function: Callable[..., Any], arguments: list[Any]) -> None:
    """Raise what `Signature.bind` raises if `function` cannot be called with `arguments`."""
    if isinstance(function, types.FunctionType):
        # What takes just so many arguments needs no closer look, which would take a while.
        code, takes = function.__code__, inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
        wrapped = hasattr(function, "__wrapped__") or hasattr(function, "__signature__")
        if code.co_argcount == len(arguments) and not (
            wrapped or code.co_kwonlyargcount or code.co_flags & takes
        ):
            return
    inspect.signature(function).bind(*arguments)


def first_line(function: Callable[..., Any]) -> int | None:
    """The line of the learner's file on which `function` begins."""
    if inspect.isclass(function):
        function = function.__init__
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or code.co_filename != EXERCISE:
        return None
    return int(code.co_firstlineno)
