"""From bytes that a stranger sent to a function that can be called, or the reason why not."""

import difflib
import inspect
import io
import linecache
import sys
import types
from collections.abc import Callable
from typing import Any

from checker.protocol import ErrorTree, Start
from checker.sandbox.errors import describe_error
from checker.sandbox.lines import DRIVER, EXERCISE, raising_line


class UnusableSubmission(Exception):
    """The submission cannot be run; the text says why, in words for a learner."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


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


def load(start: Start) -> Callable[..., Any]:
    """Import what was prepared, and return the function to run: the driver's, if there is one, which
    imports `exercise`. Raises `UnusableSubmission`.
    """
    module = _import("exercise", EXERCISE)
    if DRIVER in _programs:
        module = _import("driver", DRIVER)
    return _find(module, start)


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


def _find(module: types.ModuleType, start: Start) -> Callable[..., Any]:
    function = getattr(module, start.function, None)
    if function is None:
        raise UnusableSubmission(_missing(module, start.function))
    if not callable(function):
        raise UnusableSubmission(f"{start.function} is not a function any more")
    return function  # type: ignore[no-any-return]


def _missing(module: types.ModuleType, wanted: str) -> str:
    functions = [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]
    if near := difflib.get_close_matches(wanted, functions, n=1):
        return f"there is no function {wanted}() in it, but one named {near[0]}(); rename it back"
    return f"there is no function {wanted}() in it; the checks call it by that name"


async def call(function: Callable[..., Any], start: Start) -> Any:
    """Await the submission's function. Raises `UnusableSubmission` if it cannot be called so."""
    name, arguments = start.function, start.arguments
    try:
        _expect_to_fit(function, arguments)
    except TypeError as error:
        raise UnusableSubmission(
            f"{name}() is called with {len(arguments)} "
            f"argument{'' if len(arguments) == 1 else 's'}, and its signature does not allow that: "
            f"{error}",
            _first_line(function),
        ) from None
    except ValueError:  # Some callables have no signature to look at.
        pass
    awaitable = function(*arguments)
    if not inspect.isawaitable(awaitable):
        raise UnusableSubmission(
            f"{name}() is a plain function; it must be a coroutine function (`async def {name}`)",
            _first_line(function),
        )
    return await awaitable


def _expect_to_fit(function: Callable[..., Any], arguments: list[Any]) -> None:
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


def _first_line(function: Callable[..., Any]) -> int | None:
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or code.co_filename != EXERCISE:
        return None
    return int(code.co_firstlineno)
