"""From bytes that a stranger sent to a function that can be called, or the reason why not."""

import difflib
import inspect
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


def load(start: Start) -> Callable[..., Any]:
    """Import the submission (and the driver, if there is one) and return the function to run.

    Raises `UnusableSubmission`.
    """
    exercise = _import("exercise", EXERCISE, start.source)
    if start.driver is None:
        return _find(exercise, start)
    driver = _import("driver", DRIVER, start.driver)
    return _find(driver, start)


def _import(name: str, filename: str, source: bytes) -> types.ModuleType:
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
    lines = text.splitlines(keepends=True)
    linecache.cache[filename] = (len(text), None, lines, filename)
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
        inspect.signature(function).bind(*arguments)
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


def _first_line(function: Callable[..., Any]) -> int | None:
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or code.co_filename != EXERCISE:
        return None
    return int(code.co_firstlineno)
