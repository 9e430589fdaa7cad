"""Make the mutants of a source text: one small change each, by operators in families.

A mutant is made once, however many operators make it: two that compile to the same program, apart
from docstrings, are the same. Nothing is random, so the same source has the same mutants in the same
order.
"""

import ast
import difflib
import hashlib
import textwrap
import warnings
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from checker.mutation.families import FAMILIES, OUTER
from checker.mutation.source_text import Change, Function, SourceText, body

CONTEXT: Final = 2
"""How many lines are shown around what was changed."""


@dataclass(frozen=True)
class Mutant:
    """A wrong answer that a machine made of a right one."""

    file: str
    """The right one, below the folder of solutions: `alternatives/workers.py`."""
    family: str
    place: str
    """The function that was changed."""
    what: str
    """What is wrong with it."""
    line: int
    """The line of the right one that was changed."""
    source: str
    original: str
    digest: str
    """Says which mutant of its file it is: what was changed, and into what, wherever that stands."""

    @property
    def kind(self) -> str:
        """What was done, wherever it was done."""
        return f"{self.family}: {self.what}"

    @property
    def label(self) -> str:
        """One line that names it, as a list of equivalent mutants does."""
        return f"{self.digest} {self.file}: {self.place}: {self.kind}"

    @cached_property
    def diff(self) -> str:
        """What was changed, as a unified difference."""
        return "\n".join(
            difflib.unified_diff(
                self.original.splitlines(),
                self.source.splitlines(),
                self.file,
                f"{self.file}, {self.what}",
                lineterm="",
                n=CONTEXT,
            )
        )


def generate_all(
    sources: Mapping[str, str],
    families: Mapping[str, Callable[[SourceText], Iterator[Change]]] = FAMILIES,
) -> Iterator[Mutant]:
    """Yield the mutants of several right answers to one exercise, by their files.

    What the answers have in common is changed in the first of them alone: functions that are the same
    in both, what is done to the whole of what the checks call, and to single calls (see `OUTER`). The
    first is changed in every place, and each of the others in one place for each kind of change.
    Otherwise the same few mistakes would be tried again and again, which takes the time that others
    need. Raises `SyntaxError`.
    """
    known: set[str] = set()
    for file, source in sources.items():
        text = SourceText(source)
        tried: set[str] = set()
        for mutant in _generate(text, file, families, known):
            if not known or mutant.kind not in tried:
                tried.add(mutant.kind)
                yield mutant
        known |= {"outer", *map(_without_docstring, text.functions)}


def generate(
    source: str,
    file: str,
    families: Mapping[str, Callable[[SourceText], Iterator[Change]]] = FAMILIES,
) -> Iterator[Mutant]:
    """Yield the mutants of a source text. Raises `SyntaxError` if it is no Python."""
    return generate_all({file: source}, families)


def _generate(
    text: SourceText,
    file: str,
    families: Mapping[str, Callable[[SourceText], Iterator[Change]]],
    known: Container[str],
) -> Iterator[Mutant]:
    seen = {fingerprint(text.source)}
    digests: Counter[str] = Counter()
    common = [f for f in text.functions if _without_docstring(f) in known]
    for family, changes in families.items():
        for change in changes(text):
            if ((change.outer or family in OUTER) and "outer" in known) or any(
                _is_within(text, change, function) for function in common
            ):
                continue
            mutated = text.apply(change)
            try:
                made = fingerprint(mutated)
            except SyntaxError:
                continue  # An operator knows the common forms of what it changes, not all.
            if made in seen:
                continue
            seen.add(made)
            digest = _digest(text, family, change)
            digests[digest] += 1
            if digests[digest] > 1:
                digest = f"{digest}.{digests[digest]}"
            yield Mutant(
                file=file,
                family=family,
                place=text.place(change.node),
                what=change.what,
                line=getattr(change.node, "lineno", 1),
                source=mutated,
                original=text.source,
                digest=digest,
            )


def _is_within(text: SourceText, change: Change, function: Function) -> bool:
    """Whether all that a change does is done inside a function."""
    start, end = text.span(function)
    return all(start <= edit.start and edit.end <= end + 1 for edit in change.edits)


def _without_docstring(function: Function) -> str:
    return "\n".join([ast.dump(function.args), *map(ast.dump, body(function))])


def fingerprint(source: str) -> bytes:
    """Equal for two source texts that differ in lay-out, comments and docstrings only.

    Raises `SyntaxError`.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                if ast.get_docstring(node, clean=False) is not None:
                    node.body[0] = ast.Pass()
    # Some faults are only seen when code is made, `return` outside a function among them.
    with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
        compile(source, "exercise.py", "exec", dont_inherit=True)
    return hashlib.sha256(ast.dump(tree).encode()).digest()


def _digest(text: SourceText, family: str, change: Change) -> str:
    """Eight digits for a change that stay the same when other lines of the file do not."""
    parts = [family, text.place(change.node), change.module]
    for edit in change.edits:
        start = text.source.rfind("\n", 0, edit.start) + 1
        end = text.source.find("\n", max(edit.end - 1, edit.start))
        touched = text.source[start : end if end >= 0 else None]
        parts += [touched.strip(), textwrap.dedent(edit.text).strip()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
