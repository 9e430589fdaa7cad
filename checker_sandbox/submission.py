"""From bytes that a stranger sent to a function that can be called, or to the reason why it cannot."""

import difflib
import inspect
import io
import linecache
import sys
import types
from collections.abc import Callable
from typing import Any

from checker_sandbox.errors import describe_error
from checker_sandbox.lines import DRIVER, EXERCISE, raising_line
from checker_sandbox.wire.messages import ErrorTree, NotRunnable
from checker_sandbox.wire.plain import shortened


class UnusableSubmission(Exception):
    """The submission cannot be run; the text says why, in words for a learner."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line

    def ending(self) -> NotRunnable:
        """How a run or an act ends in which this comes up."""
        return NotRunnable(shortened(self.reason), self.line)


_programs: dict[str, types.CodeType | UnusableSubmission] = {}
"""What was compiled, or why it could not be, by the name of its file."""


def prepare(exercise: bytes, driver: bytes) -> None:
    """Compile a submission, and the author's driver if there is any: once, for all of its runs."""
    _programs.clear()
    for filename, source in ((EXERCISE, exercise), (DRIVER, driver)):
        if source or filename == EXERCISE:
            try:
                _programs[filename] = _compile(filename, source)
            except UnusableSubmission as refusal:
                _programs[filename] = refusal


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
        raise UnusableSubmission("the file is empty")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise UnusableSubmission("the file is not UTF-8 text; save it as UTF-8", line) from None
    try:
        code = compile(text, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise UnusableSubmission(f"a syntax error: {error.msg}", error.lineno) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise UnusableSubmission(f"Python cannot compile it: {error}") from None
    lines = io.StringIO(text, newline=None).readlines()  # It has fewer ends of lines than `str`.
    linecache.cache[filename] = (len(text), None, lines, filename)
    return code


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
        raise UnusableSubmission(
            f"importing it raised {_one_line(describe_error(error))}",
            raising_line(error.__traceback__),
        ) from None
    return module


def _one_line(error: ErrorTree) -> str:
    return f"{error.kind}: {error.message}" if error.message else error.kind


def find(module: types.ModuleType, name: str) -> Callable[..., Any]:
    """The function or class of this name. Raises `UnusableSubmission`."""
    function = getattr(module, name, None)
    if function is None:
        raise UnusableSubmission(_missing(module, name))
    if not callable(function):
        kind = "class" if _is_class_name(name) else "function"
        raise UnusableSubmission(f"{name} is not a {kind} any more")
    return function  # type: ignore[no-any-return]


def find_method(owner: object, name: str) -> Callable[..., Any]:
    """The method of this name. Raises `UnusableSubmission`."""
    method = getattr(owner, name, None)
    if callable(method):
        return method  # type: ignore[no-any-return]
    kind = type(owner)
    if method is not None:
        raise UnusableSubmission(f"{kind.__name__}.{name} is not a method any more")
    methods = [n for n, value in inspect.getmembers(kind, inspect.isfunction) if n[0] != "_"]
    reason = f"{kind.__name__} has no method {name}()"
    raise UnusableSubmission(_renamed(reason, name, methods, "()"))


def _missing(module: types.ModuleType, wanted: str) -> str:
    sort: type = types.FunctionType
    kind, call = "function", "()"
    if _is_class_name(wanted):
        sort, kind, call = type, "class", ""
    names = [
        name
        for name, value in vars(module).items()
        if isinstance(value, sort) and value.__module__ == module.__name__
    ]
    return _renamed(f"there is no {kind} {wanted}{call} in it", wanted, names, call)


def _renamed(reason: str, wanted: str, names: list[str], call: str) -> str:
    """Why something cannot be found, and what it may be called instead."""
    if near := difflib.get_close_matches(wanted, names, n=1):
        return f"{reason}, but one named {near[0]}{call}; rename it back"
    return f"{reason}; the checks call it by that name"


def _is_class_name(name: str) -> bool:
    return name[:1].isupper()


def expect_to_fit(function: Callable[..., Any], name: str, arguments: list[Any]) -> None:
    """Raise `UnusableSubmission` if `function` cannot be called with `arguments`."""
    try:
        _bind(function, arguments)
    except TypeError as error:
        raise UnusableSubmission(
            f"{name}() is called with {len(arguments)} "
            f"argument{'' if len(arguments) == 1 else 's'}, and its signature does not allow that: "
            f"{error}",
            first_line(function),
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
