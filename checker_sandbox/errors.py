"""Exceptions on the wire: the judge names one of Python's or AnyIO's, the sandbox sends a tree."""

import builtins
from types import TracebackType
from typing import Final

import anyio

from checker_sandbox.lines import EXERCISE, raising_line
from checker_sandbox.wire.limits import MAX_NAME
from checker_sandbox.wire.messages import ErrorTree, Failed
from checker_sandbox.wire.plain import shortened

MAX_ERRORS = 100
MAX_DEPTH = 50


def make_error(failed: Failed) -> Exception:
    """The exception that a failed call raises in the learner's code."""
    kind = getattr(builtins, failed.kind, None) or getattr(anyio, failed.kind, RuntimeError)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = RuntimeError
    error: Exception = kind(failed.message)
    # A copy takes this over, but is another object.
    vars(error)[_MARK] = failed.call, id(error)
    return error


_MARK: Final = "_checker_call"


def _call_of(error: BaseException) -> int:
    """The number of the call that raised this very object, or 0."""
    match vars(error).get(_MARK):
        case (int(call), identity) if identity == id(error):
            return call
    return 0


def _call_before(error: BaseException) -> int:
    """The number of the call whose error was on its way, or was handled, as this one was raised; or 0."""
    for _ in range(MAX_DEPTH):
        before = error.__context__ if error.__cause__ is None else error.__cause__
        if before is None:
            return 0
        if call := _call_of(before):
            return call
        error = before
    return 0


def describe_error(error: BaseException) -> ErrorTree:
    """`error` and, for a group, the errors inside it, with the learner's lines."""
    try:
        return _describe(error, MAX_DEPTH, [MAX_ERRORS])
    except Exception:  # Its class is the submission's, and may do anything when it is looked at.
        return ErrorTree("an error", "which cannot be described", None)


def _describe(error: BaseException, depth: int, left: list[int]) -> ErrorTree:
    children = []
    if isinstance(error, BaseExceptionGroup) and depth:
        for child in error.exceptions:
            if left[0] > 0:
                left[0] -= 1
                children.append(_describe(child, depth - 1, left))
    message = error.message if isinstance(error, BaseExceptionGroup) else describe_message(error)
    return ErrorTree(
        kind=shortened(type(error).__name__),
        message=shortened(str(message)),
        line=raising_line(error.__traceback__),
        children=children,
        call=_call_of(error),
        asyncio=_used_of_asyncio(error.__traceback__),
        instead_of=_call_before(error),
    )


def _used_of_asyncio(traceback: TracebackType | None) -> str:
    """What of asyncio the learner's innermost frame called, if it did."""
    used, is_next = "", False
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_filename == EXERCISE:
            used, is_next = "", True
        elif is_next:
            is_next = False
            if str(frame.f_globals.get("__name__")).partition(".")[0] == "asyncio":
                owner = frame.f_locals.get("self")
                used = frame.f_code.co_name if owner is None else type(owner).__name__
        traceback = traceback.tb_next
    return shortened(used, MAX_NAME)


def describe_message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "an error whose own text cannot be had"
