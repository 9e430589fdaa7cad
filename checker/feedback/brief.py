"""The brief of an exercise on a terminal: its `README.md`, drawn for the width there is.

This reads the Markdown that briefs are written in, and no more: headings, paragraphs, lists, blocks of code
and quotations, and within a line code, emphasis and links. Whatever else there is, a table say, is shown as
it is written, which is readable too. That costs a millisecond; importing a library that does all of
Markdown would take longer than everything else that `checker brief` does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from checker.course import Exercise
from checker.feedback.terminal import Screen

__all__ = ["first_paragraph", "opening", "show", "show_markdown"]

_Word: TypeAlias = list[tuple[str, str]]
"""Pieces of text that stand together, each with its style, or an empty one."""

_HEADING: Final = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_ITEM: Final = re.compile(r"(\s*)([-*+]|\d+[.)])\s+(.*)$")
_FENCE: Final = re.compile(r"\s*(```|~~~)")
_INLINE: Final = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)"
    r"|\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)"
    r"|<(?P<address>https?://[^>\s]+)>"
    r"|\*\*(?P<strong>[^*\s](?:[^*]*[^*\s])?)\*\*"
    r"|(?<![\w*])\*(?P<emphasis>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])"
)


@dataclass(frozen=True)
class _Block:
    """A part of a text: `heading`, `paragraph`, `item`, `quotation`, or the lines of `code`."""

    kind: str
    text: str
    indent: int = 0
    """How many characters an item stands to the right."""
    mark: str = ""
    """What an item begins with: a hyphen, a number."""
    tight: bool = False
    """Whether it follows what is above it without a blank line."""


def show(screen: Screen, exercise: Exercise, indent: str = "  ") -> None:
    """Draw the brief of an exercise, below a line with its name and its title."""
    heading, *rest = _blocks(_read(exercise.folder / "README.md")) or [_Block("paragraph", "")]
    blocks = rest if heading.kind == "heading" else [heading, *rest]
    # What to type stands below the brief, with everything else that can be typed.
    grade = f"checker grade {exercise.short_name}"
    blocks = [block for block in blocks if (block.kind, block.text) != ("code", grade)]
    screen.paragraph(f"{exercise.name} — {exercise.title}", "", "bold", hanging="  ")
    screen.line()
    _draw(screen, blocks, indent)


def show_markdown(screen: Screen, text: str, indent: str = "  ") -> None:
    """Draw a text in the Markdown that briefs are written in."""
    _draw(screen, _blocks(text), indent)


def opening(exercise: Exercise) -> str:
    """The first paragraph of a brief, which tells what happens, as plain text on one line; empty if there
    is none."""
    return first_paragraph(_read(exercise.folder / "README.md"))


def first_paragraph(text: str) -> str:
    """The first paragraph of a text in Markdown, as plain text on one line; empty if there is none."""
    for block in _blocks(text):
        if block.kind == "paragraph":
            return " ".join("".join(text for text, _ in word) for word in _words(block.text))
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # An exercise without a brief can still be done.


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    rows = text.expandtabs(4).split("\n")
    is_after_blank = True
    position = 0
    while position < len(rows):
        row = rows[position]
        position += 1
        inside = blocks[-1] if blocks and not is_after_blank else None
        if not row.strip():
            is_after_blank = True
            continue
        if fence := _FENCE.match(row):
            end = position
            while end < len(rows) and not rows[end].strip().startswith(fence[1]):
                end += 1
            blocks.append(_Block("code", "\n".join(rows[position:end])))
            position, is_after_blank = end + 1, True
            continue
        in_list = bool(blocks) and blocks[-1].kind == "item"
        if row.startswith("    ") and is_after_blank and not in_list:
            end = position
            while end < len(rows) and (rows[end].startswith("    ") or not rows[end].strip()):
                end += 1
            code = "\n".join(line[4:] for line in rows[position - 1 : end]).rstrip()
            blocks.append(_Block("code", code))
            position = end
            continue
        if heading := _HEADING.match(row):
            blocks.append(_Block("heading", heading[2]))
            is_after_blank = True
            continue
        if item := _ITEM.match(row):
            tight = in_list and not is_after_blank
            blocks.append(_Block("item", item[3], len(item[1]), item[2], tight))
        elif row.startswith(">"):
            said = row[1:].strip()
            if inside is not None and inside.kind == "quotation":
                blocks[-1] = _Block("quotation", f"{inside.text} {said}")
            else:
                blocks.append(_Block("quotation", said))
        elif row.startswith("|"):
            tight = inside is not None and inside.kind == "table"
            blocks.append(_Block("table", row.strip(), tight=tight))
        elif inside is not None and inside.kind in ("paragraph", "item", "quotation"):
            text = f"{inside.text} {row.strip()}"
            blocks[-1] = _Block(inside.kind, text, inside.indent, inside.mark, inside.tight)
        elif in_list and row.startswith("  "):  # A further paragraph of an item.
            blocks.append(_Block("item", row.strip(), blocks[-1].indent, "", False))
        else:
            blocks.append(_Block("paragraph", row.strip()))
        is_after_blank = False
    return blocks


def _draw(screen: Screen, blocks: Sequence[_Block], indent: str) -> None:
    for number, block in enumerate(blocks):
        if number and not block.tight:
            screen.line()
        match block.kind:
            case "heading":
                for row in _wrapped(_words(block.text, "bold"), screen.width - len(indent)):
                    screen.line(indent + _styled(screen, row))
            case "code":
                for line in block.text.split("\n"):
                    screen.line(f"{indent}    {screen.style(line, 'cyan')}".rstrip())
            case "table":
                screen.line(indent + block.text)
            case _:
                mark = "" if block.kind == "paragraph" else block.mark or ">"
                if block.kind == "item" and not block.mark:
                    mark = " "
                margin = indent + " " * block.indent
                hanging = " " * (len(mark) + 1) if mark else ""
                space = screen.width - len(margin) - len(hanging)
                lead = f"{mark} " if mark else ""
                for row in _wrapped(_words(block.text), space):
                    screen.line(margin + lead + _styled(screen, row))
                    lead = f"{mark} " if block.kind == "quotation" else hanging


def _words(text: str, style: str = "") -> list[_Word]:
    """The words of a line of Markdown. What is marked has its own style, in place of `style`."""
    words: list[_Word] = []
    glued = False
    for piece, own in _pieces(text):
        parts = piece.split(" ")
        for number, part in enumerate(parts):
            if number:
                glued = False
            if not part:
                continue
            if glued:
                words[-1].append((part, own or style))
            else:
                words.append([(part, own or style)])
            glued = True
    return words


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The pieces of a line of Markdown, with their styles."""
    end = 0
    for found in _INLINE.finditer(text):
        yield text[end : found.start()], ""
        end = found.end()
        if code := found["code"]:
            yield f"`{code.strip()}`", "cyan"
        elif found["target"]:
            yield f"{found['text']} ({found['target']})", ""
        elif address := found["address"]:
            yield address, ""
        elif strong := found["strong"]:
            yield strong, "bold"
        else:
            yield f"*{found['emphasis']}*", "bold"
    yield text[end:], ""


def _wrapped(words: Sequence[_Word], width: int) -> Iterator[list[_Word]]:
    """The rows of these words; one that is wider than a row has one for itself."""
    row: list[_Word] = []
    used = 0
    for word in words:
        length = sum(len(text) for text, _ in word)
        if row and used + 1 + length > width:
            yield row
            row, used = [], 0
        used += length + (1 if row else 0)
        row.append(word)
    if row:
        yield row


def _styled(screen: Screen, row: Sequence[_Word]) -> str:
    return " ".join(
        "".join(screen.style(text, style) if style else text for text, style in word)
        for word in row
    )
