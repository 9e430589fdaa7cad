"""What all drawings of a recording share: where an instant is drawn, and what a span is called."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from math import log2
from typing import Final

from checker.recording import Lane, Span

_DIGITS: Final = 9
"""Virtual time has nanoseconds; what a float says beyond them is rounding error."""


def instant(seconds: float) -> float:
    """`seconds` rounded so that it can be compared: the same instant is the same number."""
    return round(seconds, _DIGITS) + 0.0


def clock(seconds: float) -> str:
    """An instant or a duration in words: `0.25 s`."""
    digits = f"{seconds:.6f}".rstrip("0").rstrip(".")
    return f"{digits} s" if digits != "-0" else "0 s"


def instants(lanes: Iterable[Lane], *more: float) -> list[float]:
    """Every distinct instant at which something happened in these lanes, and `more`, in order."""
    found = set(map(instant, more))
    for lane in lanes:
        found.update(map(instant, (lane.started, lane.ended)))
        found.update(instant(mark.at) for mark in lane.marks)
        for span in lane.spans:
            found.update(map(instant, (span.start, span.end)))
    return sorted(found)


def spread(at: Sequence[float], columns: int) -> list[int]:
    """A column for each of these instants, in order, from 0 to `columns - 1`.

    Each has its own. The spare columns are shared out by the logarithm of the time from each to the
    next: a millisecond beside an hour must still be visible.
    """
    gaps = [later - earlier for earlier, later in pairwise(at)]
    if not gaps:
        return [0] * len(at)
    shortest = min(gaps)
    weights = [0.0, *accumulate(1 + log2(gap / shortest) for gap in gaps)]
    spare = columns - len(at)
    return [n + int(spare * (weight / weights[-1])) for n, weight in enumerate(weights)]


def stacked(spans: Iterable[Span], most: int) -> list[list[Span]]:
    """The spans of a lane in as few rows as hold them side by side, but in no more than `most`: in
    the last row they may overlap."""
    rows: list[list[Span]] = []
    for span in spans:
        for row in rows:
            if instant(row[-1].end) <= instant(span.start):
                row.append(span)
                break
        else:
            if len(rows) < most:
                rows.append([span])
            else:
                rows[-1].append(span)
    return rows


def names(span: Span) -> list[str]:
    """What to call a span, the fullest first: `write(527) -> None`, `write()`."""
    found = (
        " ".join(label.split()) for label in (*span.labels, *(() if span.labels else [span.what]))
    )
    return list(dict.fromkeys(name for name in found if name))


def number(lane: Lane) -> str:
    """The number of a lane after its parent's: `1→2`, or for a thread `1→t3`."""
    return own_number(lane) if lane.parent is None else f"{lane.parent}→{own_number(lane)}"


def own_number(lane: Lane) -> str:
    """The number of a lane, `2`, or for a thread `t3`."""
    return f"{'t' if lane.kind == 'thread' else ''}{lane.number}"
