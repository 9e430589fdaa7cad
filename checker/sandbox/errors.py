"""Exceptions, as they cross: from the judge by the name of a built-in, to the judge as a tree."""

import builtins

from checker.protocol import ErrorTree, Failed
from checker.sandbox.lines import raising_line

MAX_TEXT = 500
MAX_CHILDREN = 20
MAX_DEPTH = 6


def make_error(failed: Failed) -> Exception:
    """The exception that a failed call raises in the learner's code."""
    kind = getattr(builtins, failed.kind, RuntimeError)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = RuntimeError
    return kind(failed.message)


def describe_error(error: BaseException, depth: int = MAX_DEPTH) -> ErrorTree:
    """`error` and, for a group, the errors inside it, with the learner's lines."""
    children = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    message = error.message if isinstance(error, BaseExceptionGroup) else describe_message(error)
    return ErrorTree(
        kind=type(error).__name__[:MAX_TEXT],
        message=printable(str(message)),
        line=raising_line(error.__traceback__),
        children=[describe_error(child, depth - 1) for child in children[:MAX_CHILDREN]]
        if depth
        else [],
    )


def describe_message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "an error whose own text cannot be had"


def printable(text: str) -> str:
    """`text` cut to a length, and without what UTF-8 cannot hold."""
    return text[:MAX_TEXT].encode(errors="backslashreplace").decode()
