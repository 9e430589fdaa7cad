"""Locks, semaphores and limiters that hold too little, too much, or the wrong ones.

What is dropped, shrunk, moved, split, exchanged or released too early here is what the operators for
the synchronized blocks of Java do in J. S. Bradbury, J. R. Cordy, J. Dingel, "Mutation Operators for
Concurrent Java (J2SE 5.0)" (2006): RSB, SKCR, SHCR, EXCR, SPCR, ELPA, RFU.
"""

import ast
import textwrap
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText, indented, last_name

STRIPES: Final = (2, 8)
"""How many locks there are instead of one for each thing."""

GATE: Final = "_gate = anyio.Lock()"


def changes(text: SourceText) -> Iterator[Change]:
    for node in text.nodes(ast.AsyncWith):
        yield from _other_reach(text, node)
        yield from _other_guard(text, node)
        yield from _by_hand(text, node)
    for held in text.nodes(ast.With):
        yield from _other_reach(text, held)
    for function in text.functions:
        yield from _exchanged_acquisitions(text, function)
    for function in text.started():
        yield from _needless_lock(text, function)
    yield from _fewer_locks(text)
    yield from _other_releases(text)
    yield from _other_cleanup(text)
    yield from _other_wake_ups(text)


def guards(text: SourceText, node: ast.AsyncWith | ast.With) -> list[ast.expr]:
    """The locks that this statement holds and nothing else; none if it holds something else."""
    found = [item.context_expr for item in node.items]
    return found if all(map(text.is_guard, found)) else []


def _other_reach(text: SourceText, node: ast.AsyncWith | ast.With) -> Iterator[Change]:
    held = guards(text, node)
    if not held:
        return
    word = "async with" if isinstance(node, ast.AsyncWith) else "with"
    names = ", ".join(map(text.text, held))
    head = f"{word} {names}:"
    inner = text.lines(node.body)
    yield text.change(node, "no lock", text.rewrite([node], inner))
    if len(held) > 1:
        for expression in held:
            others = ", ".join(text.text(other) for other in held if other is not expression)
            yield text.change(
                node,
                "one lock of two",
                text.rewrite([node], f"{word} {others}:\n{indented(inner)}"),
            )
        turned = ", ".join(text.text(other) for other in reversed(held))
        yield text.change(
            node,
            "taken in the opposite order",
            text.rewrite([node], f"{word} {turned}:\n{indented(inner)}"),
        )
        nested = (
            f"{word} {text.text(held[0])}:\n    pass\n{word} {', '.join(map(text.text, held[1:]))}:"
        )
        yield text.change(
            node,
            "one lock is given back before the other is taken",
            text.rewrite([node], f"{nested}\n{indented(inner)}"),
        )
    yield text.change(
        node,
        "a lock held only before the work",
        text.rewrite([node], f"{head}\n    pass\n{inner}"),
    )
    for index in range(1, len(node.body)):
        first, rest = text.lines(node.body[:index]), text.lines(node.body[index:])
        yield text.change(
            node.body[index],
            "a lock taken too late",
            text.rewrite([node], f"{first}\n{head}\n{indented(rest)}"),
        )
        yield text.change(
            node.body[index],
            "a lock given back too early",
            text.rewrite([node], f"{head}\n{indented(first)}\n{rest}"),
        )
        yield text.change(
            node.body[index],
            "a lock given back and taken again on the way",
            text.rewrite([node], f"{head}\n{indented(first)}\n{head}\n{indented(rest)}"),
        )
    siblings = text.siblings(node)
    at = siblings.index(node)
    if at + 1 < len(siblings):
        after = siblings[at + 1]
        yield text.change(
            after,
            "a lock held for longer",
            text.rewrite(
                [node, after], f"{head}\n{indented(inner)}\n{indented(text.lines([after]))}"
            ),
        )
    if at and not isinstance(before := siblings[at - 1], ast.FunctionDef | ast.AsyncFunctionDef):
        yield text.change(
            before,
            "a lock taken too early",
            text.rewrite(
                [before, node], f"{head}\n{indented(text.lines([before]))}\n{indented(inner)}"
            ),
        )


def _other_guard(text: SourceText, node: ast.AsyncWith) -> Iterator[Change]:
    held = guards(text, node)
    if not held:
        return
    yield text.change(
        node,
        "one lock for all",
        text.rewrite([node], f"async with _gate:\n{indented(text.lines(node.body))}"),
        module=GATE,
    )
    yield text.change(
        node,
        "a lock of its own for each call",
        text.rewrite([node], f"async with anyio.Lock():\n{indented(text.lines(node.body))}"),
    )
    yield text.change(
        node,
        "behind a lock for all",
        text.wrap([node], "async with _gate:"),
        module=GATE,
    )
    acquire = "\n".join(f"await {text.text(guard)}.acquire()" for guard in held)
    release = "\n".join(f"{text.text(guard)}.release()" for guard in held)
    if not any(_is_condition(text, guard) for guard in held):
        yield text.change(
            node,
            "a lock for all, held until the other is free",
            text.rewrite(
                [node],
                f"async with _gate:\n{indented(acquire)}\ntry:\n{indented(text.lines(node.body))}\n"
                f"finally:\n{indented(release)}",
            ),
            module=GATE,
        )
    for guard in held:
        if isinstance(guard, ast.Subscript):
            index = text.text(guard.slice)
            for count in STRIPES:
                yield text.change(
                    guard,
                    f"looks for its lock by `% {count}`",
                    text.replace(
                        guard.slice, f"({index}) % {count} % len({text.text(guard.value)})"
                    ),
                )


def _needless_lock(text: SourceText, function: ast.AsyncFunctionDef) -> Iterator[Change]:
    """A lock around one step of what many tasks do, where they share nothing."""
    for step in text.steps(function):
        yield text.change(
            step,
            "one at a time for all, in a part of the work",
            text.wrap([step], "async with _gate:"),
            module=GATE,
        )


def _by_hand(text: SourceText, node: ast.AsyncWith) -> Iterator[Change]:
    """`async with lock:` written out with `acquire` and `release`, in the ways that go wrong."""
    held = guards(text, node)
    if not held or any(_is_condition(text, guard) for guard in held):
        return
    acquire = "\n".join(f"await {text.text(guard)}.acquire()" for guard in held)
    release = "\n".join(f"{text.text(guard)}.release()" for guard in reversed(held))
    inner = indented(text.lines(node.body))
    flat = _without_return(text, node.body)
    last = "\nreturn _result" if flat != text.lines(node.body) else ""
    wrongly = {
        "a lock not given back after an error or a cancellation": f"""
{acquire}
{flat}
{release}{last}""",
        "a lock given back after an error and not after a cancellation": f"""
{acquire}
try:
{indented(flat)}
except Exception:
{indented(release)}
    raise
{release}{last}""",
        "a lock given back after an error or a cancellation, and not after the work": f"""
{acquire}
try:
{inner}
except BaseException:
{indented(release)}
    raise""",
        "a lock given back although a cancellation came before it was had": f"""
try:
{indented(acquire)}
{inner}
finally:
{indented(release)}""",
        "a lock lost where a cancellation comes between acquire and try": f"""
{acquire}
await anyio.lowlevel.checkpoint()
try:
{inner}
finally:
{indented(release)}""",
        "a lock lost where a cancellation comes before the release": f"""
{acquire}
try:
{inner}
finally:
    await anyio.lowlevel.checkpoint()
{indented(release)}""",
        "a lock given back twice": f"""
{acquire}
try:
{indented(flat)}
{indented(release)}
finally:
{indented(release)}{last}""",
        "a lock given back before the work": f"""
{acquire}
{release}
{text.lines(node.body)}""",
        "a lock not given back after asyncio's cancellation of another backend": f"""
{acquire}
try:
{indented(flat)}
except (Exception, asyncio.CancelledError):
{indented(release)}
    raise
{release}{last}""",
        "cannot be cancelled while it waits for a lock": f"""
with anyio.CancelScope(shield=True):
{indented(acquire)}
try:
{inner}
finally:
{indented(release)}""",
        "goes on without a lock where that is not free": f"""
try:
{indented(acquire.replace("await ", "").replace("acquire()", "acquire_nowait()"))}
except anyio.WouldBlock:
{indented(text.lines(node.body))}
else:
    try:
{indented(inner)}
    finally:
{indented(indented(release))}""",
    }
    for patience in (10, 1000):
        wrongly[f"goes on without a lock after {patience:,} s"] = f"""
with anyio.move_on_after({patience}):
{indented(acquire)}
try:
{inner}
finally:
{indented(release)}"""
    for what, written in wrongly.items():
        yield text.change(node, what, text.rewrite([node], written.strip("\n")))


def _without_return(text: SourceText, statements: list[ast.stmt]) -> str:
    """The statements with a `return` at their end made an assignment to `_result`."""
    last = statements[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return text.lines(statements)
    lines = text.lines(statements)
    head, _, tail = lines.rpartition(f"return {textwrap.dedent(text.text(last.value))}")
    return f"{head}_result = {text.text(last.value)}{tail}"


def _is_condition(text: SourceText, guard: ast.expr) -> bool:
    name = last_name(guard)
    return any(
        "Condition(" in text.text(node)
        for node in text.nodes(ast.Assign)
        if last_name(node.targets[0]) == name
    )


def _exchanged_acquisitions(text: SourceText, function: ast.AST) -> Iterator[Change]:
    """Two locks taken in the order in which they are named, not in one order for everybody."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(
                targets=[ast.Tuple(elts=[_, _])],
                value=ast.Call(func=ast.Name(id="sorted"), args=[pair, *_]) as call,
            ):
                given = text.text(pair)
                for what, written in {
                    "in the order in which they are named": given,
                    "sorted by parity": f"sorted({given}, key=lambda index: index % 2)",
                    "sorted by their half": f"sorted({given}, key=lambda index: index // 2)",
                    "sorted, but by `% 8`": f"sorted({given}, key=lambda index: index % 8)",
                }.items():
                    yield text.change(call, what, text.replace(call, written))


def _fewer_locks(text: SourceText) -> Iterator[Change]:
    """A list of locks in which some stand more than once."""
    for node in text.nodes(ast.ListComp):
        element = text.text(node.elt)
        statement = text.statement(node)
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if last_name(target) not in text.guards:
            continue
        items = text.text(node.generators[0].iter)
        yield text.change(
            node, "one lock for all", text.replace(node, f"[{element}] * len({items})")
        )
        for count in STRIPES:
            yield text.change(
                node,
                f"{count} locks for all",
                text.before(statement, f"_stripes = [{element} for _ in range({count})]"),
                text.replace(node, f"[_stripes[index % {count}] for index in range(len({items}))]"),
            )
        yield text.change(
            node,
            "too few locks",
            text.replace(node, f"[{element} for _ in range(len({items}) - 1)]"),
        )


def _other_releases(text: SourceText) -> Iterator[Change]:
    """Acquisitions and releases that stand by themselves."""
    for call in text.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.expr):
            continue
        attribute, statement = call.func.attr, text.statement(call)
        if not isinstance(statement, ast.Expr):
            continue
        if attribute.startswith("release") or attribute in ("send_nowait", "close", "set"):
            yield text.change(
                call, f"{attribute} twice", text.after(statement, text.lines([statement]))
            )
        if attribute.startswith("acquire"):
            yield text.change(
                call,
                f"a checkpoint between {attribute} and what follows",
                text.after(statement, "await anyio.lowlevel.checkpoint()"),
            )
            parent = text.parent(statement)
            siblings = text.siblings(statement)
            at = siblings.index(statement)
            if at + 1 < len(siblings) and isinstance(after := siblings[at + 1], ast.Try):
                lines = text.lines([after]).split("\n", 1)
                yield text.change(
                    call,
                    "a lock given back although a cancellation came before it was had",
                    text.rewrite(
                        [statement, after],
                        f"{lines[0]}\n{indented(text.lines([statement]))}\n{lines[1]}",
                    ),
                )
            if isinstance(parent, ast.For | ast.AsyncFunctionDef) and isinstance(
                text.parent(call), ast.Await
            ):
                yield text.change(
                    call,
                    "cannot be cancelled while it waits for a lock",
                    text.wrap([statement], "with anyio.CancelScope(shield=True):"),
                )


def _other_cleanup(text: SourceText) -> Iterator[Change]:
    """`finally` that does not run, or runs when it is too late."""
    for node in text.nodes(ast.Try):
        if not node.finalbody or node.handlers or node.orelse:
            continue
        cleanup, flat = text.lines(node.finalbody), _without_return(text, node.body)
        last = "\nreturn _result" if flat != text.lines(node.body) else ""
        inner = text.lines(node.body)
        for what, written in {
            "no `finally`: nothing is put in order after an error or a cancellation": (
                f"{flat}\n{cleanup}{last}"
            ),
            "put in order after an error and not after a cancellation": (
                f"try:\n{indented(flat)}\nexcept Exception:\n{indented(cleanup)}\n    raise\n"
                f"{cleanup}{last}"
            ),
            "put in order after an error or a cancellation, and not after the work": (
                f"try:\n{indented(inner)}\nexcept BaseException:\n{indented(cleanup)}\n    raise"
            ),
            "put in order before the work": f"{cleanup}\n{inner}",
            "put in order twice": (
                f"try:\n{indented(flat)}\n{indented(cleanup)}\nfinally:\n{indented(cleanup)}{last}"
            ),
            "waits before it puts in order, which a cancellation prevents": (
                f"try:\n{indented(inner)}\nfinally:\n    await anyio.lowlevel.checkpoint()\n"
                f"{indented(cleanup)}"
            ),
        }.items():
            yield text.change(node, what, text.rewrite([node], written))
        for scope in node.finalbody:
            if isinstance(scope, ast.With) and "shield" in text.text(scope.items[0].context_expr):
                yield text.change(
                    scope,
                    "a cancellation prevents that it is put in order",
                    text.rewrite([scope], text.lines(scope.body)),
                )


def _other_wake_ups(text: SourceText) -> Iterator[Change]:
    """A condition that wakes too few: `notify` for `notify_all`, `wait` without its loop."""
    for call in text.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute):
            continue
        name = text.text(call.func.value)
        if call.func.attr == "notify_all":
            yield text.change(call, "wakes one and not all", text.replace(call, f"{name}.notify()"))
        elif call.func.attr == "notify":
            yield text.change(
                call, "wakes all where one is due", text.replace(call, f"{name}.notify_all()")
            )
        elif call.func.attr == "wait_for":
            predicate = text.text(call.args[0])
            statement = text.statement(call)
            yield text.change(
                call,
                "looks once and does not look again when it was woken",
                text.rewrite([statement], f"if not ({predicate})():\n    await {name}.wait()"),
            )
