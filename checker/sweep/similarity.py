"""Which works of one exercise are so alike that somebody may want to look at them side by side.

A work is compared as Schleimer, Wilkerson and Aiken describe ("Winnowing: Local Algorithms for
Document Fingerprinting", SIGMOD 2003). What people change to hide a copy is taken out of its code:
comments, docstrings, annotations, layout, and every name that it made up itself. Every `GRAM`
words in a row are hashed, and in each window of `WINDOW` hashes the least is kept: so whatever two
works share over `GRAM + WINDOW - 1` words or more (about two lines) gives both a fingerprint. Code
that is in the starter does not count, nor does code that very many works have: that is simply how
people write it. But works that are the same as a whole are told however many they are, unless they are
a solution that the course came with.

Two honest people may well write the same few lines. So the rest must have a certain size before it
says anything, and even then it is a reason to look, never a proof.
"""

import ast
import builtins
import keyword
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from checker.sweep.flags import MAX_PARSED, TooLarge, parse
from checker.sweep.limited import Limited, Unreadable

__all__ = ["COMMON", "OWN", "THRESHOLD", "Group", "groups"]

GRAM: Final = 10
WINDOW: Final = 4

THRESHOLD: Final = 0.8
"""The part of their fingerprints that two works share, from which on they are reported."""

OWN: Final = 24
"""How many fingerprints a work must have of its own to be compared at all: about seven lines. The
kit's own solutions have from 4 to 16, and answers of that size are alike because there are so few
right ones; what somebody thought up has from 20 to 70."""

COMMON: Final = 0.1
COMMON_AT_LEAST: Final = 10
"""A fingerprint that more than this part of the works have, and more than so many, is nobody's own:
it is how one writes it."""

_WORD: Final = re.compile(
    r"""(?P<space> \s+ | \#[^\n]* | \\\n)
    | (?P<text> [rbfuRBFU]{0,2} (?: \"{3}.*?(?:\"{3}|\Z) | '{3}.*?(?:'{3}|\Z)
                                  | "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'? ))
    | (?P<name> [^\W\d]\w*)
    | (?P<rest> \d[\w.]* | .)""",
    re.VERBOSE | re.DOTALL,
)
_IMPORT: Final = re.compile(r"^[ \t]*(?:from[ \t]+\S+[ \t]+)?import[ \t]+([^\n;#]+)", re.MULTILINE)
_OWNER: Final = re.compile(r"\b(\w+)\s*\.")
_IMPORTED: Final = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?")
_LONE_TEXT: Final = re.compile(
    r"^[ \t]*[rRuU]?(?:\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z))", re.MULTILINE | re.DOTALL
)

_KNOWN: Final = {*keyword.kwlist, *dir(builtins)}


class Group(NamedTuple):
    """Works that are alike, each with at least one other of them."""

    names: tuple[str, ...]
    """Whose they are, in the order in which they were given."""
    similarity: float
    """The part of its fingerprints that each shares with the one it is most like, or more; 1 if
    nothing but names, layout and comments differs."""
    identical: bool
    """Whether all of them are the same text to the letter."""
    own: int
    """How many fingerprints of its own the smallest of them has."""


def groups(
    works: Mapping[str, str],
    starter: str,
    solutions: Sequence[str] = (),
    *,
    not_compared: list[str] | None = None,
) -> list[Group]:
    """The groups of works that are alike, the surest first: `works` is whose is what, `starter` what
    everybody was given, and `solutions` what everybody could read. Whose work could not be compared is
    added to `not_compared`."""
    given = frozenset(_hashes(_bare(starter)))
    known = {frozenset(_winnowed(_hashes(_bare(text)))) - given for text in solutions}
    unread: set[str] = set()
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in works.items():
        by_text[text].append(name)
    # Works with the same fingerprints are one from here on.
    by_prints: defaultdict[frozenset[int], list[str]] = defaultdict(list)
    with Limited(_prints, bytes, list[int] | None) as reader:
        for text in by_text:
            try:
                found = reader.ask(text.encode("utf-8", "surrogatepass"))
            except Unreadable:
                found = None
            if found is None:
                unread.add(text)
            by_prints[frozenset(found or ()) - given].append(text)
    having = Counter[int]()
    for prints, texts in by_prints.items():
        count = sum(len(by_text[text]) for text in texts)
        having.update(dict.fromkeys(prints, count))
    most = max(COMMON_AT_LEAST, COMMON * len(works))
    everybodys = {each for each, count in having.items() if count > most}
    if not_compared is not None:
        not_compared += [name for name, text in works.items() if text in unread]
    kinds: defaultdict[frozenset[int], list[str]] = defaultdict(list)
    wholes: list[tuple[list[str], float, int]] = []
    for prints, texts in by_prints.items():
        own = prints - everybodys
        if len(own) >= OWN:
            kinds[own] += texts
        elif len(prints) >= OWN and prints not in known:
            wholes.append((texts, 1.0, len(prints)))  # Very many have the whole of it.
    for members, similarity in _linked(list(kinds)):
        texts = [text for prints in members for text in kinds[prints]]
        wholes.append((texts, similarity, min(map(len, members))))
    # Two who both cannot be compared and have the same text still have the same text.
    wholes += [([text], 1.0, 0) for text in unread]
    place = {name: n for n, name in enumerate(works)}
    alike = []
    for texts, similarity, least in wholes:
        names = sorted((name for text in texts for name in by_text[text]), key=place.__getitem__)
        if len(names) > 1:
            alike.append(Group(tuple(names), similarity, len(texts) == 1, least))
    return sorted(alike, key=lambda each: (-each.similarity, -each.own, place[each.names[0]]))


def _prints(encoded: bytes, _: int | None) -> list[int] | None:
    """The fingerprints of a text; None if to parse it would take too much."""
    try:
        return [*_winnowed(_hashes(_bare(encoded.decode("utf-8", "surrogatepass"))))]
    except TooLarge:
        return None


def _linked(kinds: list[frozenset[int]]) -> Iterable[tuple[list[frozenset[int]], float]]:
    """The kinds in groups whose members are alike, with how alike each is to its nearest at least.
    A kind that is like no other is a group of its own."""
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for n, prints in enumerate(kinds):
        for each in prints:
            holders[each].append(n)
    shared = Counter[tuple[int, int]]()
    for those in holders.values():
        shared.update(combinations(those, 2))
    leader = list(range(len(kinds)))

    def lead(n: int) -> int:
        while leader[n] != n:
            leader[n] = n = leader[leader[n]]
        return n

    nearest = [0.0] * len(kinds)
    for (one, other), count in shared.items():
        alike = count / (len(kinds[one]) + len(kinds[other]) - count)
        if alike >= THRESHOLD:
            leader[lead(one)] = lead(other)
            nearest[one] = max(nearest[one], alike)
            nearest[other] = max(nearest[other], alike)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for n in range(len(kinds)):
        members[lead(n)].append(n)
    for those in members.values():
        alone = len(those) == 1
        yield [kinds[n] for n in those], 1.0 if alone else min(nearest[n] for n in those)


def _hashes(text: str) -> list[int]:
    """A hash for every `GRAM` words in a row of code that is bare, the same in every process."""
    words = _words(text)
    return [
        zlib.crc32(" ".join(words[n : n + GRAM]).encode("utf-8", "surrogatepass"))
        for n in range(len(words) - GRAM + 1)
    ]


def _winnowed(hashes: list[int]) -> set[int]:
    """The least hash of each window, or of all if there is not even one."""
    if not hashes:
        return set()
    return {min(hashes[n : n + WINDOW]) for n in range(max(1, len(hashes) - WINDOW + 1))}


def _bare(text: str) -> str:
    """Some code without what does nothing. Raises `TooLarge`."""
    try:
        bare = ast.unparse(_Bare().visit(parse(text)))
        # What stands deep in its own indentation is written out at many times its length.
        return re.sub(r"^ +", "", bare, flags=re.MULTILINE)[:MAX_PARSED]
    except TooLarge:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # What does not parse is compared as it stands, as well as that goes.
        return _LONE_TEXT.sub("", text)


def _words(text: str) -> list[str]:
    """The words of some code, without what can be changed and changes nothing."""
    imported = {
        alias or name.partition(".")[0]: name.rpartition(".")[2]
        for line in _IMPORT.findall(text)
        for name, alias in _IMPORTED.findall(line)
    }
    modules = imported.keys() & set(_OWNER.findall(text))
    words: list[str] = []
    for match in _WORD.finditer(_IMPORT.sub("", text)):
        word = match[0]
        if match.lastgroup == "text":
            words.append("''")
        elif match.lastgroup == "name":
            if words and words[-1] == ".":
                # What is taken from a module is the same, whether it was imported or is named so.
                if len(words) > 1 and words[-2] in modules:
                    del words[-2:]
                words.append(word)
            elif word in modules:
                words.append(word)
            elif word in imported:
                words.append(imported[word])
            else:
                words.append(word if word in _KNOWN else "name")
        elif match.lastgroup == "rest":
            words.append(word)
    return words


class _Bare(ast.NodeTransformer):
    """Takes out of a program what does nothing: annotations, and values that nobody uses."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)
