"""Calls that block, and what keeps threads from blocking at the same time.

flake8-async: ASYNC251 is about `time.sleep` in a coroutine, ASYNC2xx about other blocking calls.
"""

import ast
from collections.abc import Iterator

from checker.mutation.source_text import Change, SourceText, body, last_name


def changes(text: SourceText) -> Iterator[Change]:
    for call in text.nodes(ast.Call):
        name = text.text(call.func)
        if name == "anyio.sleep" and isinstance(parent := text.parent(call), ast.Await):
            yield text.change(
                call,
                "a sleep that blocks",
                text.replace(parent, text.text(call).replace("anyio", "time", 1)),
            )
        elif last_name(call.func) == "run_sync" and call.args:
            function, *arguments = map(text.text, call.args)
            parent = text.parent(call)
            yield text.change(
                call,
                "a call that blocks the event loop",
                text.replace(
                    parent if isinstance(parent, ast.Await) else call,
                    f"({function})({', '.join(arguments)})",
                ),
            )
            yield text.change(
                call,
                "one thread at a time",
                text.replace(call.args[0], f"_alone({function})"),
                module=(
                    "_one_thread = threading.Lock()\n\n\ndef _alone(function):\n"
                    "    def alone(*arguments):\n        with _one_thread:\n"
                    "            return function(*arguments)\n\n    return alone\n"
                ),
            )
    for coroutine in text.functions:
        if isinstance(coroutine, ast.AsyncFunctionDef):
            first = body(coroutine)[0]
            yield text.change(
                first, "blocks the event loop for 0.01 s", text.before(first, "time.sleep(0.01)")
            )
