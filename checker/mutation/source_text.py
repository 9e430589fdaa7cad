"""A source text with its syntax tree: where things are in it, and how to change one of them.

Operators find what to change in the tree, and change the text. So a mutant keeps its author's layout
and comments, and a reader sees a diff of a few lines.
"""

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias, TypeVar

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_N = TypeVar("_N", bound=ast.AST)

INDENT: Final = "    "

_GUARDS: Final = re.compile(
    r"\b(Lock|Semaphore|BoundedSemaphore|CapacityLimiter|Condition|RLock)\b(?=\(|\]|\||$|,| )"
)
_MODULES: Final = (
    *("anyio", "anyio.lowlevel", "anyio.to_thread", "asyncio", "copy", "threading", "time"),
    *("trio", "trio.lowlevel", "sniffio"),
)


@dataclass(frozen=True)
class Edit:
    """Replaces the characters from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Change:
    """What an operator does to a source text."""

    what: str
    """What was changed and so is wrong now, in a few words."""
    node: ast.AST
    """What it was done to."""
    edits: tuple[Edit, ...]
    module: str = ""
    """Lines that the module needs for it, behind its imports."""
    outer: bool = False
    """Whether it is about what the checks call, as a whole, and so is the same for any answer,
    however that is written."""


@dataclass(frozen=True)
class Start:
    """A call that starts a task: `group.start_soon(f, x)` or `group.create_task(f(x))`."""

    call: ast.Call
    group: str
    function: str
    """The function that the task runs, as it is written."""
    arguments: tuple[str, ...]

    @property
    def coroutine(self) -> str:
        return f"{self.function}({', '.join(self.arguments)})"


class SourceText:
    """A source text that Python can compile. Raises `SyntaxError` for another one.

    The classes of a `Protocol` and annotations are no part of what an operator finds: they do
    nothing.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self._lines = source.split("\n")
        self._rows = [0]
        for row in self._lines:
            self._rows.append(min(self._rows[-1] + len(row) + 1, len(source)))
        self._parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    # --- finding ---

    def nodes(self, kind: type[_N]) -> Iterator[_N]:
        """All nodes of a kind that do something, in the order of the text."""
        return (node for node in self._working if isinstance(node, kind))

    @cached_property
    def _working(self) -> list[ast.AST]:
        found: list[ast.AST] = []

        def visit(node: ast.AST) -> None:
            if isinstance(node, ast.ClassDef) and any(
                self.text(base).split("[")[0].endswith("Protocol") for base in node.bases
            ):
                return
            found.append(node)
            for name, value in ast.iter_fields(node):
                if name not in ("annotation", "returns"):
                    for child in value if isinstance(value, list) else [value]:
                        if isinstance(child, ast.AST):
                            visit(child)

        visit(self.tree)
        return found

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        return tuple(
            node
            for node in self._working
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )

    @cached_property
    def coroutines(self) -> tuple[ast.AsyncFunctionDef, ...]:
        """Asynchronous functions that are no generators: a cancel scope or a handler can stand around
        their whole body."""
        return tuple(
            function
            for function in self.functions
            if isinstance(function, ast.AsyncFunctionDef)
            and not any(isinstance(n, ast.Yield | ast.YieldFrom) for n in within(function))
        )

    def entry(self) -> ast.AsyncFunctionDef | None:
        """What the checks call: the last function of the module, or the last public method where there
        is none."""
        functions = [f for f in self.coroutines if isinstance(self.parent(f), ast.Module)]
        methods = [
            method
            for method in self.coroutines
            if isinstance(self.parent(method), ast.ClassDef) and not method.name.startswith("_")
        ]
        return next(reversed(functions or methods), None)

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the inside out."""
        while (node := self._parents.get(node)) is not None:  # type: ignore[assignment]
            yield node

    def function(self, node: ast.AST) -> Function | None:
        """The innermost function that a node stands in, or is."""
        for outer in (node, *self.parents(node)):
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
                return outer
        return None

    def place(self, node: ast.AST) -> str:
        """`Studio.render` for something in that method."""
        names = [
            outer.name
            for outer in (node, *self.parents(node))
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        return ".".join(reversed(names)) or "module"

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that a node stands in, or is."""
        while not isinstance(node, ast.stmt):
            node = self._parents[node]
        return node

    def siblings(self, statement: ast.stmt) -> list[ast.stmt]:
        """The block that a statement stands in."""
        for _, value in ast.iter_fields(self._parents[statement]):
            if isinstance(value, list) and any(item is statement for item in value):
                return value
        raise ValueError("no statement of a block")

    def steps(self, function: Function) -> Iterator[ast.stmt]:
        """The simple statements of a function in which it may wait for something."""
        for node in within(function):
            if isinstance(
                node, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return
            ) and any(not self.is_pause(inner) for inner in awaits(node)):
                yield node

    def is_pause(self, node: ast.Await) -> bool:
        """Whether this waits for nothing but a time that is written there, or for its turn."""
        match node.value:
            case ast.Call(func=function, args=[] | [ast.Constant()]):
                return last_name(function) in ("checkpoint", "sleep")
        return False

    @cached_property
    def guards(self) -> frozenset[str]:
        """The names of locks, semaphores and limiters, and of lists of them."""
        names = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                if _GUARDS.search(self.text(node.value).split("lambda")[0]):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    names |= {last_name(target) for target in targets}
            elif isinstance(node, ast.arg) and node.annotation is not None:
                names |= {node.arg} if _GUARDS.search(self.text(node.annotation)) else set()
        return frozenset(names - {""})

    def is_guard(self, node: ast.expr) -> bool:
        """Whether this is a lock, a semaphore or a limiter."""
        return not isinstance(node, ast.Call) and last_name(node) in self.guards

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """Where tasks are started."""
        found = []
        for call in self.nodes(ast.Call):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=group, attr="start_soon"), args=[function, *arguments]
                ):
                    words = tuple(map(self.text, arguments))
                    found.append(Start(call, self.text(group), self.text(function), words))
                case ast.Call(
                    func=ast.Attribute(value=group, attr="create_task"),
                    args=[ast.Call(func=function, args=arguments, keywords=keywords)],
                ):
                    words = tuple(map(self.text, [*arguments, *keywords]))
                    found.append(Start(call, self.text(group), self.text(function), words))
        return tuple(found)

    def started(self) -> Iterator[ast.AsyncFunctionDef]:
        """The functions of the text that run as tasks, many of them perhaps at the same time."""
        names = {start.function.rpartition(".")[2] for start in self.starts}
        for call in self.nodes(ast.Call):
            if last_name(call.func) in ("amap", "gather") and call.args:
                names |= {
                    last_name(node.func if isinstance(node, ast.Call) else node)
                    for node in ast.walk(call.args[0])
                    if isinstance(node, ast.Call | ast.Name | ast.Attribute)
                }
        return (function for function in self.coroutines if function.name in names)

    # --- reading ---

    def text(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.source[start:end]

    def short(self, node: ast.AST) -> str:
        """The first line of something, for a description."""
        first, *rest = self.text(node).splitlines()
        return f"`{first}`" if not rest else f"`{first.rstrip()} ...`"

    def span(self, node: ast.AST) -> tuple[int, int]:
        def offset(line: int, column: int) -> int:
            # Columns of the tree are counted in bytes.
            return self._rows[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

        assert isinstance(node, ast.stmt | ast.expr | ast.arg | ast.keyword | ast.excepthandler)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)

    def lines(self, statements: Sequence[ast.stmt]) -> str:
        """The text of neighbouring statements, without their indentation."""
        start, end = self._block(statements)
        return textwrap.dedent(self.source[start:end]).rstrip("\n")

    def _block(self, statements: Sequence[ast.stmt]) -> tuple[int, int]:
        last = statements[-1].end_lineno
        assert last is not None
        return self._rows[first_line(statements[0]) - 1], self._rows[last]

    # --- changing ---

    def change(
        self, node: ast.AST, what: str, *edits: Edit, module: str = "", outer: bool = False
    ) -> Change:
        return Change(what, node, edits, module, outer)

    def replace(self, node: ast.AST, text: str) -> Edit:
        return Edit(*self.span(node), text)

    def rewrite(self, statements: Sequence[ast.stmt], text: str) -> Edit:
        """Replace neighbouring statements by lines, which are indented as they were."""
        start, end = self._block(statements)
        return Edit(start, end, textwrap.indent(text, " " * statements[0].col_offset) + "\n")

    def before(self, statement: ast.stmt, text: str) -> Edit:
        start, _ = self._block([statement])
        return Edit(start, start, textwrap.indent(text, " " * statement.col_offset) + "\n")

    def after(self, statement: ast.stmt, text: str) -> Edit:
        _, end = self._block([statement])
        return Edit(end, end, textwrap.indent(text, " " * statement.col_offset) + "\n")

    def wrap(self, statements: Sequence[ast.stmt], head: str, tail: str = "") -> Edit:
        """Put statements into the block of a new one."""
        inner = textwrap.indent(self.lines(statements), INDENT)
        return self.rewrite(statements, "\n".join(filter(None, [head, inner, tail])))

    def remove(self, statement: ast.stmt) -> Edit:
        if len(self.siblings(statement)) == 1:
            return self.rewrite([statement], "pass")
        return Edit(*self._block([statement]), "")

    def apply(self, change: Change) -> str:
        """The source text after a change, with what it needs from other modules imported."""
        edits = [*change.edits]
        written = "\n".join([*(edit.text for edit in edits), change.module])
        module = [
            f"import {name}"
            for name in _MODULES
            if re.search(rf"(?<![\w.]){re.escape(name)}\.\w", written)
            and not re.search(rf"^import {re.escape(name)}$", self.source, re.MULTILINE)
        ]
        if module or change.module:
            at = self._rows[self._last_import()]
            text = "".join(f"{line}\n" for line in module)
            if change.module:
                text += f"\n{change.module}\n"
            edits.append(Edit(at, at, text))
        source = self.source
        # An insertion at the beginning of something that is replaced stands before it.
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
            source = source[: edit.start] + edit.text + source[edit.end :]
        return source

    def _last_import(self) -> int:
        """The line behind which a new import can stand."""
        last = 0
        for statement in self.tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom) or is_docstring(statement):
                last = statement.end_lineno or last
            else:
                break
        return last


def within(node: ast.AST) -> Iterator[ast.AST]:
    """All that a node holds, in the order of the text, but not what nested functions hold."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(
            child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
        ):
            yield child
            yield from within(child)


def awaits(node: ast.AST) -> list[ast.Await]:
    """Every `await` in a node, but not in nested functions."""
    return [inner for inner in within(node) if isinstance(inner, ast.Await)]


def body(function: Function) -> list[ast.stmt]:
    """The statements of a function without its docstring."""
    return function.body[1:] if is_docstring(function.body[0]) else function.body


def is_docstring(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def last_name(node: ast.AST) -> str:
    """`places` for `places`, `self.places` and `places[index]`; nothing for what has no name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return last_name(value)
    return ""


def first_line(statement: ast.stmt) -> int:
    """The line on which a statement begins, with its decorators."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def indented(text: str) -> str:
    return textwrap.indent(text, INDENT)
