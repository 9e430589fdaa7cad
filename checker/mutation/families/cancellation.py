"""Cancellations that do not get through: shields, and handlers that catch them.

A shield around cleaning up is right, and around work it is wrong (flake8-async: ASYNC102 asks for the
one, ASYNC120 and ASYNC103 are about the other).
"""

import ast
from collections.abc import Iterator

from checker.mutation.source_text import Change, SourceText, body, indented


def changes(text: SourceText) -> Iterator[Change]:
    for function in text.coroutines:
        whole, outer = body(function), function is text.entry()
        yield text.change(
            function,
            "cannot be cancelled",
            text.wrap(whole, "with anyio.CancelScope(shield=True):"),
            outer=outer,
        )
        yield text.change(
            function,
            "a cancellation ends it a second later",
            text.wrap(
                whole,
                "try:",
                "except anyio.get_cancelled_exc_class():\n"
                "    with anyio.CancelScope(shield=True):\n        await anyio.sleep(1)\n    raise",
            ),
            outer=outer,
        )
        yield text.change(
            function,
            "goes on after a cancellation as if it had returned",
            text.wrap(whole, "try:", "except anyio.get_cancelled_exc_class():\n    return None"),
            outer=outer,
        )
    for node in text.nodes(ast.AsyncWith):
        yield text.change(
            node,
            "a block cannot be cancelled",
            text.wrap([node], "with anyio.CancelScope(shield=True):"),
        )
    for scope in text.nodes(ast.With):
        if "shield=True" in text.text(scope.items[0].context_expr):
            yield text.change(scope, "no shield", text.rewrite([scope], text.lines(scope.body)))
    for call in text.nodes(ast.Call):
        for keyword in call.keywords:
            if keyword.arg == "abandon_on_cancel":
                yield text.change(
                    keyword, "waits for the thread", text.replace(keyword.value, "False")
                )
        if text.text(call.func).endswith("to_thread.run_sync") and not any(
            keyword.arg == "abandon_on_cancel" for keyword in call.keywords
        ):
            yield text.change(
                call,
                "leaves the thread alone when it is cancelled",
                text.replace(call, f"{text.text(call)[:-1]}, abandon_on_cancel=True)"),
            )
    for statement in text.nodes(ast.Try):
        if statement.finalbody and not statement.handlers:
            yield text.change(
                statement,
                "the cancellation does not go on",
                text.rewrite(
                    [statement],
                    f"try:\n{indented(text.lines([statement]))}\n"
                    "except anyio.get_cancelled_exc_class():\n    pass",
                ),
            )
