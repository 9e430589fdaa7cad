"""What decided a failing run, on a terminal: in sentences, and as two orders beside each other."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.recording import Decided, Happened, Order, Step
from checker.translation import _, ngettext

BEFORE: Final = 3
"""How many steps are shown before the first difference."""

AFTER: Final = 5
"""And how many after it."""

_NARROW: Final = 12
"""Where the columns of two orders would have less, one order stands below the other."""

_NARROWEST: Final = 9
"""Where the columns of one order would have less, the tasks share one, and are named in each row."""

_MARGIN: Final = "  "
_BETWEEN: Final = "   "
_FIRST: Final = ">"
"""Stands before the first difference."""


def show(screen: Screen, decided: Decided) -> None:
    """Write what is known of `decided`."""
    for text in _sentences(decided):
        screen.paragraph(printable(text), _MARGIN)
    if decided.passes is not None and decided.difference is not None:
        screen.line()
        _show_orders(screen, decided, decided.passes, decided.difference)


# --- in sentences -------------------------------------------------------------------------------


def _sentences(decided: Decided) -> Iterator[str]:
    yield f"{_until(decided)} {_from(decided)}".strip() if decided.step else _never(decided)
    if decided.step is not None and decided.indifferent:
        steps = sorted(decided.indifferent)
        listed = _ranges(steps)
        yield ngettext(
            "Step {steps} does not decide it: whatever comes there instead, it still fails if all "
            "else stays the same.",
            "Steps {steps} do not decide it: whatever comes at one of them instead, it still fails "
            "if all else stays the same.",
            len(steps),
            steps=listed,
        )
    if decided.passes is not None:
        yield ngettext(
            "With {number} other choice it passes:",
            "The nearest order found that passes has {number} other choices:",
            decided.changes,
        )


def _until(decided: Decided) -> str:
    before = decided.open_until
    if before is None:
        return ""
    if not before:
        return _("At the beginning it can still end well.")
    return _("Up to step {number} it can still end well.", number=before)


def _from(decided: Decided) -> str:
    number = decided.step or 1
    step = decided.fails.steps[number - 1]
    facts = {"step": _named(decided.fails, step, number), "times": decided.continuations}
    if not decided.continuations:
        return _("From {step} on, nothing is left to choose, and it fails.", **facts)
    return _("From {step} on, it ended well in none of {times} random continuations.", **facts)


def _never(decided: Decided) -> str:
    return _(
        "It is not the order that decides: in none of {times} random orders did it end well.",
        times=decided.continuations,
    )


def _named(order: Order, step: Step, number: int) -> str:
    """`step 3 (line 18: read() -> 0, in task 5 (deposit))`."""
    first = step.happened[0]
    facts = {"number": number, "line": first.line, "what": first.what}
    if not first.task:
        if first.line is None:
            return _("step {number} ({what})", **facts)
        return _("step {number} (line {line}: {what})", **facts)
    facts |= {"task": first.task, "name": dict(order.tasks).get(first.task, "")}
    if first.line is None:
        return _("step {number} ({what}, in task {task} ({name}))", **facts)
    return _("step {number} (line {line}: {what}, in task {task} ({name}))", **facts)


def _ranges(numbers: Sequence[int]) -> str:
    """`2, 4 to 7 and 9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = []
    for run in runs:
        if len(run) > 2:
            said.append(_("{first} to {last}", first=run[0], last=run[-1]))
        else:
            said += map(str, run)
    if len(said) == 1:
        return said[0]
    return _("{all} and {last}", all=", ".join(said[:-1]), last=said[-1])


# --- two orders beside each other ---------------------------------------------------------------


class _Side(NamedTuple):
    """One order, as much of it as is shown."""

    order: Order
    heading: str
    style: str
    tasks: Sequence[tuple[int, str]]
    first: int
    last: int

    def width_of_each(self, width: int) -> int:
        return (width - (len(self.tasks) - 1)) // max(len(self.tasks), 1)


def _show_orders(screen: Screen, decided: Decided, passes: Order, difference: int) -> None:
    first = max(difference - BEFORE, 1)
    sides = [
        _side(decided.fails, _("it fails"), "red", first, difference),
        _side(passes, _("it passes"), "green", first, difference),
    ]
    digits = len(str(max(side.last for side in sides)))
    # The mark, the number of the step, and what stands between them.
    room = screen.width - len(_MARGIN) - 2 - digits - 2
    half = (room - len(_BETWEEN)) // 2
    if min(side.width_of_each(half) for side in sides) >= _NARROW:
        _show_beside(screen, sides, half, digits, difference)
        return
    for number, side in enumerate(sides):
        if number:
            screen.line()
        _show_beside(screen, [side], room, digits, difference)


def _side(order: Order, heading: str, style: str, first: int, difference: int) -> _Side:
    last = min(difference + AFTER, len(order.steps))
    shown = {each.task for step in order.steps[first - 1 : last] for each in step.happened}
    tasks = [(number, name) for number, name in order.tasks if number in shown]
    return _Side(order, heading, style, tasks, first, last)


def _show_beside(
    screen: Screen, sides: Sequence[_Side], width: int, digits: int, difference: int
) -> None:
    margin = _MARGIN + " " * (2 + digits + 2)

    def row(start: str, cells: Sequence[str], *styles: Sequence[str]) -> None:
        parts = []
        for cell, style in zip(cells, styles, strict=True):
            parts.append(screen.style(cell, *style) if cell.strip() else cell)
        screen.line((start + _BETWEEN.join(parts)).rstrip())

    row(
        margin,
        [_fit(side.heading, width) for side in sides],
        *[(side.style, "bold") for side in sides],
    )
    row(margin, [_names(side, width) for side in sides], *[("dim",) for _side in sides])
    first = sides[0].first
    if first > 1:
        text = ngettext(
            "({number} step before, the same in both)",
            "({number} steps before, the same in both)",
            first - 1,
        )
        screen.paragraph(text, margin, "dim")
    for number in range(first, max(side.last for side in sides) + 1):
        mark = _FIRST if number == difference else " "
        start = f"{_MARGIN}{mark} {number:>{digits}}  "
        styles = ("bold",) if number == difference else ()
        row(start, [_step(side, number, width) for side in sides], *[styles for _side in sides])
    rest = [_rest(side) for side in sides]
    if any(rest):
        row(margin, [_fit(text, width) for text in rest], *[("dim",) for _side in sides])


def _rest(side: _Side) -> str:
    left = len(side.order.steps) - side.last
    return ngettext("({number} step more)", "({number} steps more)", left) if left else ""


def _names(side: _Side, width: int) -> str:
    """The heads of the columns: a task each."""
    each = side.width_of_each(width)
    if each < _NARROWEST:
        return _fit(_("task"), width)
    return _fit(" ".join(_fit(f"{number} {name}", each) for number, name in side.tasks), width)


def _step(side: _Side, number: int, width: int) -> str:
    """What happened at a step, each in the column of its task."""
    if number > side.last:
        return " " * width
    step = side.order.steps[number - 1]
    each = side.width_of_each(width)
    by_task = {one.task: one for one in step.happened}
    if 0 in by_task:  # To no task: it stands across the columns.
        return _fit(by_task[0].what, width)
    if each < _NARROWEST:
        names = dict(side.tasks)
        heads = [f"{task} {names[task]}: " for task in by_task]
        room = width // len(heads)
        cells = [
            _fit(head + _cell(one, max(room - _width(head), 0)), room)
            for head, one in zip(heads, by_task.values(), strict=True)
        ]
        return _fit("".join(cells), width)
    return _fit(
        " ".join(
            _cell(by_task[task], each) if task in by_task else " " * each for task, _ in side.tasks
        ),
        width,
    )


def _cell(happened: Happened, width: int) -> str:
    """What happened to a task, as fully as there is room for."""
    line = f" L{happened.line}" if happened.line is not None else ""
    for text in (happened.what + line, happened.what, happened.brief + line):
        if _width(printable(text)) <= width:
            return _fit(text, width)
    return _fit(happened.brief, width)


def _fit(text: str, width: int) -> str:
    """`text` in exactly `width` columns of a terminal."""
    text = printable(text)
    kept = ""
    for char in text:
        if _width(kept + char) > width:
            while kept and _width(kept) >= width:
                kept = kept[:-1]
            kept += "›" if width else ""
            break
        kept += char
    return kept + " " * max(width - _width(kept), 0)


def _width(text: str) -> int:
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me")
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )
