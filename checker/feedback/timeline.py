"""A timeline on a terminal: a lane for each task or thread, time from left to right."""

import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import cycle, groupby, islice, pairwise, zip_longest
from math import frexp
from typing import Final, NamedTuple, TypeAlias

from checker.feedback.axis import clock, instant, instants, names, number, spread, stacked
from checker.feedback.terminal import Screen
from checker.folding import LEAST, rounds
from checker.harmless import printable
from checker.recording import Lane, Recording, Span
from checker.translation import _, ngettext

MAX_LANES: Final = 16
MAX_ROWS: Final = 3
"""Rows of one lane that waits in several things at once."""

MAX_KINDS: Final = 4
"""Kinds of lanes that are said not to be shown, and of calls that the legend spells out."""

_FEW_PANELS: Final = 6
_ROOMY: Final = 3
"""Columns for an instant, as long as that does not take more than a few panels."""

_TAIL: Final = 5
"""What part of the width lies beyond the end of a run that left something unfinished."""

_SHORTEST: Final = 3
"""A name that is cut to no more than this says nothing."""

_MARGIN: Final = "  "
_GAP: Final = "  "
_BETWEEN: Final = "   "
_CUT: Final = "›"
_SEVERAL: Final = "‖"
_ALIVE: Final = "_"
_BRIEF: Final = "•"
_OPEN: Final = "→"
_KEY: Final = "▲"
_PRINT: Final = '"'

_BARS: Final = {
    "call": ("┣", "━", "┫", "┃"),
    "wait": ("├", "─", "┤", "│"),
    "sleep": ("├", "┈", "┤", "│"),
    "blocked": ("█", "█", "█", "▌"),
}
"""The start of a span, its middle, its end, and one that took no time."""

_ENDS: Final = {"failed": "✗", "cancelled": "⊘", "unfinished": _OPEN}

_MARKS: Final = {"cancelled": "⊘", "swallowed": "⊙", "stuck": "∞", "error": "✗"}
"""The later ones hide the earlier ones at the same instant."""

_INSTANTS: Final = {_SEVERAL, *_MARKS.values(), *(bar[3] for bar in _BARS.values())}
"""What the start or the end of another span must not hide."""

_Styles: TypeAlias = tuple[str, ...]

_ALARM: Final = ("red", "bold")
_STYLES: Final[dict[str, _Styles]] = {
    "wait": ("yellow",),
    "sleep": ("dim",),
    "blocked": ("red",),
}
_CALL_STYLES: Final = (("cyan",), ("green",), ("cyan", "bold"), ("green", "bold"))
"""Calls of different methods differ, so that one sees who reads and who writes."""

_LEGEND: Final[dict[str, tuple[str, _Styles]]] = {
    "━": (_("a call"), _CALL_STYLES[0]),
    "┃": (_("a call that took no time"), _CALL_STYLES[0]),
    "─": (_("a wait"), _STYLES["wait"]),
    "┈": (_("a sleep"), _STYLES["sleep"]),
    "│": (_("a wait or sleep that took no time"), _STYLES["wait"]),
    "█": (_("the event loop is held: no task can run"), _STYLES["blocked"]),
    "▌": (_("the event loop is held for no time"), _STYLES["blocked"]),
    _SEVERAL: (_("several at one instant"), ()),
    _ALIVE: (_("runs, or could"), ("dim",)),
    _BRIEF: (_("ran, and never waited"), ()),
    _OPEN: (_("not over when the run ended"), ()),
    "⊘": (_("cancelled"), ("yellow", "bold")),
    "⊙": (_("went on in spite of a cancellation"), _ALARM),
    "∞": (_("stuck: what it waits for never comes"), _ALARM),
    "✗": (_("an error"), _ALARM),
    _KEY: (_("here it went wrong"), _ALARM),
    _PRINT: (_("a print"), ()),
}


def draw(screen: Screen, recording: Recording) -> None:
    """Write the timeline of a recording: in one panel or, if much happened, in several."""
    _Timeline(screen, recording).draw()


class _Cell(NamedTuple):
    text: str
    """One character, or nothing in the second half of a wide one."""
    styles: _Styles = ()
    is_symbol: bool = False
    """Whether the legend has to explain it."""


_BLANK: Final = _Cell(" ")


class _Panel(NamedTuple):
    """A stretch of time, and the columns of the instants in it."""

    columns: dict[float, int]
    start: float
    end: float
    width: int
    is_last: bool

    def holds(self, at: float) -> bool:
        """Whether what happened at this instant belongs here: at the end of a panel, what begins
        belongs to the next one."""
        return self.start <= instant(at) < self.end or (self.is_last and instant(at) == self.end)

    def shows(self, start: float, end: float) -> bool:
        """Whether something of what took this long is to be seen here."""
        return self.holds(start) or instant(start) < self.start < instant(end)

    def column_of_end(self, at: float, unfinished: bool) -> int:
        if instant(at) > self.end or (unfinished and self.is_last and instant(at) == self.end):
            return self.width - 1
        return self.columns[instant(at)]


class _Timeline:
    def __init__(self, screen: Screen, recording: Recording) -> None:
        self._screen = screen
        self._recording = recording
        self._lanes = _chosen(recording.lanes)
        self._keys = [instant(sentence.at) for sentence in recording.story if sentence.key]
        self._prints = [instant(printed.at) for printed in recording.prints]
        self._instants = instants(self._lanes, 0.0, recording.elapsed, *self._keys, *self._prints)
        self._call_styles = dict(
            zip(
                dict.fromkeys(
                    span.what for lane in self._lanes for span in lane.spans if span.kind == "call"
                ),
                cycle(_CALL_STYLES),
            )
        )
        self._labels = self._made_labels()
        self._label_width = max(map(len, self._labels), default=0)
        self._width = max(screen.width - len(_MARGIN) - self._label_width - len(_GAP), 2)
        self._symbols: set[str] = set()
        self._letters: dict[str, str] = {}
        """The calls that only a letter names, by their names in full."""
        self._left_out: dict[float, int] = {}
        """How many rounds were left out before the panel that begins at an instant."""
        self._line_shown: int | None = None
        """A line that is named somewhere, for the legend."""

    def draw(self) -> None:
        panels = self._panels()
        for n, panel in enumerate(panels):
            if len(panels) > 1:
                if n:
                    self._screen.line()
                if (times := self._left_out.get(panel.start)) is not None:
                    text = ngettext(
                        "(the same once more, until {until})",
                        "(the same {times} times more, until {until})",
                        times,
                        times=f"{times:,}",
                        until=clock(panel.start),
                    )
                    self._flow([_cells(text)])
                    self._screen.line()
                words = _("{start} to {end}", start=clock(panel.start), end=clock(panel.end))
                self._flow([_cells(words, "bold")])
            self._draw_panel(panel)
        self._tell_unshown()
        self._tell_legend()

    def _panels(self) -> list[_Panel]:
        # What was not over when the run ended goes on beyond its end: else nobody would see a wait
        # that began at the very end, and the last wait of a deadlock does.
        unfinished = any(
            lane.unfinished or any(span.outcome == "unfinished" for span in lane.spans)
            for lane in self._lanes
        )
        columns = self._width - (self._width // _TAIL if unfinished else 0)
        panels = []
        parts = self._parts(columns)
        for part in parts:
            gaps = len(part) - 1
            count = _panels_for(gaps, columns)
            for first, last in pairwise(n * gaps // count for n in range(count + 1)):
                at = part[first : last + 1]
                ends = part is parts[-1] and last == gaps
                width = columns if ends else self._width
                placed = dict(zip(at, spread(at, width), strict=True))
                panels.append(_Panel(placed, at[0], at[-1], self._width, ends))
        return panels

    def _parts(self, columns: int) -> list[Sequence[float]]:
        """The instants to show: all; or if that takes several panels, without what comes again and
        again in the same way, but for the first round and the last."""
        at = self._instants
        if _panels_for(len(at) - 1, columns) == 1:
            return [at]
        parts = []
        start = 0
        for found in rounds(self._happenings()):
            if found.times - 2 < LEAST:
                continue
            last = found.end - found.length
            parts.append(at[start : found.start + found.length + 1])
            self._left_out[at[last]] = found.times - 2
            start = last
        return [*parts, at[start:]]

    def _happenings(self) -> list[Hashable]:
        """What happens at each instant, as it is compared with others."""
        happening: dict[float, set[tuple[object, ...]]] = {at: set() for at in self._instants}
        for n, lane in enumerate(self._lanes):
            happening[instant(lane.started)].add((n, "started"))
            happening[instant(lane.ended)].add((n, "ended"))
            for span in lane.spans:
                happening[instant(span.start)].add((n, "begins", span.what, span.line))
                happening[instant(span.end)].add((n, span.outcome, span.what, span.line))
            for mark in lane.marks:
                happening[instant(mark.at)].add((n, mark.kind, mark.line))
        for at in self._keys:
            happening[at].add(("key", at))
        for at in self._prints:
            happening[at].add(("print", at))
        return [frozenset(happening[at]) for at in self._instants]

    # --- the rows of a panel --------------------------------------------------------------------

    def _draw_panel(self, panel: _Panel) -> None:
        shown = [
            (lane, label)
            for lane, label in zip(self._lanes, self._labels, strict=True)
            if panel.shows(lane.started, lane.ended)
        ]
        keys = [at for at in self._keys if panel.holds(at)]
        prints = [at for at in self._prints if panel.holds(at)]
        self._write([], self._times(panel, keys))
        self._write([], self._ruler(panel))
        for lane, label in shown:
            spans = [span for span in lane.spans if panel.shows(span.start, span.end)]
            first, *more = stacked(spans, MAX_ROWS) or [[]]
            self._write(label, self._lane(panel, lane, first))
            for row in more:
                self._write([], self._bars(panel, [_BLANK] * panel.width, row))
        self._write_events(panel, "", keys, _KEY)
        self._write_events(panel, _("prints"), prints, _PRINT)

    def _times(self, panel: _Panel, keys: Sequence[float]) -> list[_Cell]:
        """The instants that there is room for: first the first and the last, then those at which
        it went wrong."""
        row = [_BLANK] * panel.width
        for at in (panel.start, panel.end, *keys, *panel.columns):
            text = clock(at)
            column = min(panel.columns[at], panel.width - len(text))
            around = row[max(0, column - 1) : column + len(text) + 1]
            if column >= 0 and all(cell is _BLANK for cell in around):
                row[column : column + len(text)] = _cells(text, "bold" if at in keys else "dim")
        return row

    def _ruler(self, panel: _Panel) -> list[_Cell]:
        """A tick for every instant; and where the event loop was held, that it was."""
        row = [_BLANK] * panel.width
        for column in range(max(panel.columns.values()) + 1):
            row[column] = _Cell("─", ("dim",))
        for column in panel.columns.values():
            row[column] = _Cell("┬", ("dim",))
        for lane in self._lanes:
            for span in lane.spans:
                if span.kind == "blocked" and panel.shows(span.start, span.end):
                    self._bar(panel, row, span)
        return row

    def _lane(self, panel: _Panel, lane: Lane, spans: Sequence[Span]) -> list[_Cell]:
        row = [_BLANK] * panel.width
        first = panel.columns.get(instant(lane.started), 0)
        last = panel.column_of_end(lane.ended, lane.unfinished)
        row[first : last + 1] = [_symbol(_ALIVE if last > first else _BRIEF)] * (last + 1 - first)
        if lane.unfinished and panel.is_last:
            row[last] = _symbol(_OPEN)
        marks = [mark for mark in lane.marks if panel.start <= instant(mark.at) <= panel.end]
        for mark in sorted(marks, key=lambda mark: _rank(_MARKS[mark.kind])):
            stays = mark.kind == "stuck" and lane.unfinished
            row[panel.column_of_end(mark.at, stays)] = _symbol(
                _MARKS[mark.kind], *_LEGEND[_MARKS[mark.kind]][1]
            )
        return self._bars(panel, row, spans)

    def _bars(self, panel: _Panel, row: list[_Cell], spans: Sequence[Span]) -> list[_Cell]:
        placed = [self._bar(panel, row, span) for span in spans]
        for span, (first, last) in zip(spans, placed, strict=True):
            self._name(row, span, first, last)
        return row

    def _bar(self, panel: _Panel, row: list[_Cell], span: Span) -> tuple[int, int]:
        """Draw a span without its name; the columns of its start and of its end."""
        start, middle, end, alone = _BARS[span.kind]
        styles = self._styles(span)
        first = panel.columns.get(instant(span.start), 0)
        last = panel.column_of_end(span.end, span.outcome == "unfinished")
        bar = [middle] * (last + 1 - first)
        if panel.holds(span.start):
            bar[0] = start
        if instant(span.end) <= panel.end:
            bar[-1] = _ENDS.get(span.outcome, alone if first == last else end)
        for column, char in enumerate(bar, first):
            there = row[column].text
            if _rank(char) > _rank(there):
                row[column] = _symbol(char, *_LEGEND[char][1])
            elif there not in _INSTANTS:
                row[column] = _symbol(char, *styles)
            elif char in _INSTANTS and not _rank(there):
                row[column] = _symbol(_SEVERAL)
        return first, last

    def _styles(self, span: Span) -> tuple[str, ...]:
        return self._call_styles[span.what] if span.kind == "call" else _STYLES[span.kind]

    def _name(self, row: list[_Cell], span: Span, first: int, last: int) -> None:
        """Write into a span, or else after it, what it is: as much as there is room for."""
        styles = self._styles(span)
        inside = _room(row, first + 1, last, _BARS[span.kind][1])
        taken = (n for n in range(last + 1, len(row)) if row[n].text not in (" ", _ALIVE))
        after = range(last + 1, next(taken, len(row)))
        called = [self._safe(name) for name in names(span)]
        line = f" L{span.line}" if span.line is not None else ""
        for name in called:
            for text in dict.fromkeys((name + line, name)):
                cells = [_BLANK, *_cells(text, *styles), _BLANK]
                if len(cells) <= len(inside):
                    # Where there is room, the bar is seen on both sides of its name.
                    column = inside.start + (len(cells) < len(inside))
                elif len(cells) <= len(after):
                    column = after.start
                else:
                    continue
                row[column : column + len(cells)] = cells
                if text != name and self._line_shown is None:
                    self._line_shown = span.line
                return
        if called and inside:
            cells = _cells(called[-1], *styles)
            if len(inside) > _SHORTEST:
                cells = _cut(cells, len(inside))
            elif span.kind == "call" and all(cell.text for cell in cells[:2]):
                cells = cells[:1]
                self._letters[called[-1]] = cells[0].text
            else:
                return
            row[inside.start : inside.start + len(cells)] = cells

    def _write_events(self, panel: _Panel, name: str, at: Sequence[float], symbol: str) -> None:
        if at:
            row = [_BLANK] * panel.width
            for seconds in at:
                row[panel.columns[seconds]] = _symbol(symbol, *_LEGEND[symbol][1])
            self._write(_cut(_cells(name, "dim"), self._label_width), row)

    # --- what stands beside and below -----------------------------------------------------------

    def _made_labels(self) -> list[list[_Cell]]:
        """For each lane, who started it, its number and its name: `1→2 deposit`."""
        numbers = [number(lane) for lane in self._lanes]
        width = max(map(len, numbers), default=0)
        return [
            _cut(
                [*_cells(text.rjust(width) + " ", "dim"), *_cells(self._safe(lane.name), "bold")],
                self._screen.width // 3,
            )
            for lane, text in zip(self._lanes, numbers, strict=True)
        ]

    def _tell_unshown(self) -> None:
        shown = {id(lane) for lane in self._lanes}
        examples = {_kind(lane): lane for lane in reversed(self._lanes)}
        unshown = Counter(_kind(lane) for lane in self._recording.lanes if id(lane) not in shown)
        alike = [(kind, count) for kind, count in unshown.most_common() if kind in examples]
        said = [
            _(
                "{number} like {lane} ({name})",
                number=count,
                lane=("t" if examples[kind].kind == "thread" else "") + str(examples[kind].number),
                name=self._safe(examples[kind].name),
            )
            for kind, count in alike[:MAX_KINDS]
        ]
        others = unshown.total() - sum(count for __, count in alike[:MAX_KINDS])
        if others:
            if said:
                said.append(ngettext("{number} other", "{number} others", others))
            else:
                said.append(ngettext("{number} more lane", "{number} more lanes", others))
        if said:
            self._flow([_cells(text) for text in (_("Not shown:"), *said)])

    def _tell_legend(self) -> None:
        items = [
            [_cells(symbol, *styles)[0], *_cells(f" {words}")]
            for symbol, (words, styles) in _LEGEND.items()
            if symbol in self._symbols
        ]
        for name, letter in list(self._letters.items())[:MAX_KINDS]:
            items.append(_cells(f"{letter} {name}"))
        if self._line_shown is not None:
            file = self._safe(self._recording.file).rpartition("/")[2]
            text = _("L{line} line {line} of {file}", line=self._line_shown, file=file)
            items.append(_cells(text))
        for lane in [lane for lane in self._lanes if lane.parent is not None][:1]:
            facts = {"label": number(lane), "number": lane.number, "parent": lane.parent}
            if lane.kind == "thread":
                text = _("{label} thread {number}, started by task {parent}", **facts)
            else:
                text = _("{label} task {number}, started by task {parent}", **facts)
            items.append(_cells(text))
        for lane in [lane for lane in self._lanes if lane.kind == "thread"][:1]:
            items.append(_cells(_("t{number} a worker thread", number=lane.number)))
        self._flow(items)

    def _flow(self, items: Iterable[list[_Cell]]) -> None:
        """Write these side by side, in as many rows as it takes."""
        width = self._screen.width - len(_MARGIN)
        row: list[_Cell] = []
        for item in items:
            if row and len(row) + len(_BETWEEN) + len(item) > width:
                self._write_row(row)
                row = []
            *full, item = _folded(item, width)
            for part in full:
                self._write_row(part)
            row += [*_cells(_BETWEEN if row else ""), *item]
        if row:
            self._write_row(row)

    # --- characters -----------------------------------------------------------------------------

    def _safe(self, text: str) -> str:
        """`text` in characters of which each takes its own place, whatever came before it, and
        which the screen will not have to write in any other way."""
        text = printable(" ".join(unicodedata.normalize("NFC", text).split()))
        if not self._screen.unicode:
            text = text.encode("ascii", "backslashreplace").decode()
        return "".join("?" if _is_unsteady(char) else char for char in text)

    def _write(self, label: list[_Cell], row: Sequence[_Cell]) -> None:
        self._symbols.update(cell.text for cell in row if cell.is_symbol)
        padding = [_BLANK] * (self._label_width - len(label) + len(_GAP))
        self._write_row([*label, *padding, *row])

    def _write_row(self, row: Sequence[_Cell]) -> None:
        while row and row[-1] == _BLANK:
            row = row[:-1]
        self._screen.line(
            _MARGIN
            + "".join(
                self._screen.style("".join(cell.text for cell in cells), *styles)
                for styles, cells in groupby(row, key=lambda cell: cell.styles)
            )
        )


def _folded(item: list[_Cell], width: int) -> list[list[_Cell]]:
    """`item` in rows of at most this width, broken between words where that can be."""
    rows = []
    while len(item) > width:
        blank = max((n for n in range(3, width + 1) if item[n].text == " "), default=0)
        at = blank or max(width, 3)
        rows.append(item[:at])
        item = [*_cells("  "), *item[at + (blank > 0) :]]
    return [*rows, item]


def _panels_for(gaps: int, columns: int) -> int:
    """In how many panels so many stretches between instants are shown."""
    needed = -(-gaps // max(1, columns - 1))
    wanted = -(-gaps // max(1, columns // _ROOMY))
    return max(1, needed, min(wanted, _FEW_PANELS))


def _rank(char: str) -> int:
    """How much this says of what happened at an instant; 0 if it is no mark."""
    return [*_MARKS.values()].index(char) + 1 if char in _MARKS.values() else 0


def _symbol(char: str, *styles: str) -> _Cell:
    return _Cell(char, styles, is_symbol=True)


def _cells(text: str, *styles: str) -> list[_Cell]:
    cells = []
    for char in text:
        cells.append(_Cell(char, styles))
        if unicodedata.east_asian_width(char) in "WF":
            cells.append(_Cell("", styles))
    return cells


def _is_unsteady(char: str) -> bool:
    """Whether it has no width of its own, or is written from right to left."""
    return unicodedata.category(char) in ("Mn", "Me", "Mc") or (
        unicodedata.bidirectional(char) in ("R", "AL", "AN")
    )


def _cut(cells: list[_Cell], width: int) -> list[_Cell]:
    if len(cells) <= width:
        return cells
    kept = max(width - len(_CUT), 0)
    while kept and not cells[kept].text:  # Half of a wide character would stay.
        kept -= 1
    return [*cells[:kept], *_cells(_CUT if width else "", *cells[kept].styles)]


def _room(row: Sequence[_Cell], first: int, last: int, char: str) -> range:
    """The longest stretch of these columns in which there is nothing but this character."""
    longest = range(0)
    start = first
    for column in range(first, last + 1):
        if column == last or row[column].text != char:
            if column - start > len(longest):
                longest = range(start, column)
            start = column + 1
    return longest


def _kind(lane: Lane) -> tuple[object, ...]:
    """What is the same of lanes that look alike."""
    return (
        _dullness(lane),
        lane.kind,
        lane.name,
        frozenset(mark.kind for mark in lane.marks),
        frozenset(span.kind for span in lane.spans),
        # Up to a factor of two: who had to wait for others takes longer than they did.
        frexp(lane.ended - lane.started)[1],
    )


def _dullness(lane: Lane) -> int:
    if lane.marks or any(span.kind == "blocked" for span in lane.spans):
        return 0
    return 1 if lane.unfinished else 2


def _chosen(lanes: Sequence[Lane]) -> list[Lane]:
    """The lanes to show, in their order: all, or the first one and some of each kind, beginning
    with those to which something happened."""
    if len(lanes) <= MAX_LANES:
        return list(lanes)
    kinds: dict[tuple[object, ...], list[int]] = {}
    for n, lane in enumerate(lanes[1:], 1):
        kinds.setdefault(_kind(lane), []).append(n)
    by_interest = sorted(kinds.values(), key=lambda alike: _dullness(lanes[alike[0]]))
    in_turn = (n for turn in zip_longest(*by_interest) for n in turn if n is not None)
    return [lanes[n] for n in sorted([0, *islice(in_turn, MAX_LANES - 1)])]
