"""Errors that are swallowed, copied, exchanged for others, or told too late.

flake8-async warns of some of them in the code: ASYNC103 and ASYNC104, of a cancellation that does not
go on.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import (
    Change,
    SourceText,
    awaits,
    body,
    first_line,
    indented,
    last_name,
)

HANDLERS: Final = {
    "swallows an error": "except Exception:\n    pass",
    "swallows all errors but OSError": "except OSError:\n    raise\nexcept Exception:\n    pass",
    "raises a RuntimeError in place of an error": (
        "except Exception as _error:\n    raise RuntimeError(str(_error)) from _error"
    ),
    "raises a copy of the error": (
        "except Exception as _error:\n    raise type(_error)(*_error.args) from None"
    ),
    "tells of an error a second late": ("except Exception:\n    await anyio.sleep(1)\n    raise"),
}

WHOLE: Final = {
    "swallows all errors": "except* Exception:\n    pass",
    "raises a ConnectionError in place of any error": (
        'except* Exception:\n    raise ConnectionError("failed") from None'
    ),
    "raises the group as text": (
        "except* Exception as _errors:\n    raise RuntimeError(str(_errors.exceptions)) from None"
    ),
    "raises the first error alone": (
        "except ExceptionGroup as _errors:\n    raise _errors.exceptions[0] from None"
    ),
    "returns nothing after an error": "except Exception:\n    return None",
}

_SAFE: Final = frozenset(
    {"acquire", "checkpoint", "sleep", "sleep_forever", "sleep_until", "wait", "wait_for"}
)


def changes(text: SourceText) -> Iterator[Change]:
    for function in text.coroutines:
        for statement in text.steps(function):
            if not _can_fail(text, statement):
                continue
            for what, handler in HANDLERS.items():
                yield text.change(
                    statement,
                    what,
                    text.rewrite(
                        [statement], f"try:\n{indented(text.lines([statement]))}\n{handler}"
                    ),
                )
            yield text.change(
                statement,
                "makes a call once more after an error",
                text.rewrite(
                    [statement],
                    f"try:\n{indented(text.lines([statement]))}\nexcept Exception:\n"
                    f"{indented(text.lines([statement]))}",
                ),
            )
    entry = text.entry()
    if entry is not None:
        for what, handler in WHOLE.items():
            yield text.change(entry, what, text.wrap(body(entry), "try:", handler), outer=True)
        yield text.change(
            entry,
            "swallows all errors and cancellations",
            text.wrap(body(entry), "try:", "except BaseException:\n    pass"),
            outer=True,
        )
    yield from _told_at_the_end(text)
    yield from _other_handlers(text)


def _can_fail(text: SourceText, statement: ast.stmt) -> bool:
    """Whether it waits for something that may raise an error: neither a time nor a lock nor an event
    does."""
    names = [
        last_name(node.value.func) if isinstance(node.value, ast.Call) else ""
        for node in awaits(statement)
    ]
    return any(name not in _SAFE for name in names)


def _told_at_the_end(text: SourceText) -> Iterator[Change]:
    """The error of a task is kept until all the others are done."""
    for function in text.started():
        for node in text.nodes(ast.AsyncWith):
            if not any(
                "create_task_group()" in text.text(item.context_expr) for item in node.items
            ):
                continue
            if any(outer is function for outer in text.parents(node)):
                continue
            if any(inner is function for inner in ast.walk(node)):
                continue
            yield text.change(
                function,
                "raises an error when all the others are done",
                text.wrap(
                    body(function), "try:", "except Exception as _error:\n    _late.append(_error)"
                ),
                text.after(node, "if _late:\n    raise _late.pop(0)"),
                module="_late: list[Exception] = []",
            )


def _other_handlers(text: SourceText) -> Iterator[Change]:
    others = {
        "BaseException": ("Exception",),
        "Exception": ("OSError", "ConnectionError", "BaseException"),
    }
    for handler in text.nodes(ast.ExceptHandler):
        if handler.type is None:
            continue
        for kind in others.get(text.text(handler.type), ()):
            yield text.change(handler, f"catches {kind}", text.replace(handler.type, kind))
        statement = text.parent(handler)
        if isinstance(statement, ast.Try) and len(statement.handlers) == 1:
            yield text.change(
                handler,
                "does nothing about an error",
                text.rewrite(handler.body, "pass"),
            )
    for node in text.nodes(ast.Raise):
        if node.exc is not None:
            yield text.change(
                node,
                "raises a RuntimeError in place of what it raises",
                text.replace(node.exc, f"RuntimeError(str({text.text(node.exc)}))"),
            )
            yield text.change(
                node,
                "raises a copy of what it raises",
                text.before(node, f"_error = {text.text(node.exc)}"),
                text.replace(node.exc, "type(_error)(*_error.args)"),
            )
        if first_line(node) > 1:
            yield text.change(
                node,
                "raises a second later",
                text.before(node, "await anyio.sleep(1)"),
            )
