"""Recordings as a single page of HTML that needs neither the network nor any other file.

Jinja2 escapes everything that comes from a submission, and the page's policy allows no script and no
style except the two that it was written with.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from itertools import cycle
from typing import Any, Final, NamedTuple

import jinja2
from markupsafe import Markup

from checker.feedback.axis import (
    clock,
    instant,
    instants,
    names,
    number,
    own_number,
    spread,
    stacked,
)
from checker.harmless import printable
from checker.recording import Lane, Mark, Moment, Place, Recording, Span, Value
from checker.translation import LANGUAGE, _

MAX_ROWS: Final = 6
"""The most rows that a lane gets if it waits for several things at once."""

HUES: Final = 5
"""Calls of different methods get different hues, until there are more methods than hues."""

_ROW: Final = 26
_PADDING: Final = 5
_MARGINS: Final = (0.8, 3.0)
_MARGINS_OF_UNFINISHED: Final = (0.8, 24.0)
_EDGE: Final = 4.5
"""Percents of a small timeline that lie before its first instant, after its last one, and after
what is drawn beyond that: a run that left something unfinished goes on beyond its end, or nobody
would see a wait that began at the very end."""

_SMALL: Final = 600
"""Pixels of a small timeline; in a larger one the margins are as wide, and so fewer percents."""

_COLUMNS_EACH: Final = 6
_PIXELS_EACH: Final = 9
_MAX_PIXELS: Final = 16_000
"""How wide a timeline is before anybody zooms, by the number of its instants."""

_LINE_ENDS: Final = re.compile(r"\r\n|\r|\n")

_OUTCOMES: Final = {
    "done": _("done"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "unfinished": _("not over when the run ended"),
}
_KINDS: Final = {
    "call": _("a call"),
    "wait": _("a wait"),
    "sleep": _("a sleep"),
    "blocked": _("holds the event loop: no task can run"),
}
_MARKS: Final = {
    "cancelled": _("cancelled"),
    "error": _("an error"),
    "swallowed": _("went on in spite of a cancellation"),
    "stuck": _("stuck: what it waits for never comes"),
}


class _Item(NamedTuple):
    """A span or a mark, as the template draws it."""

    id: str
    kind: str
    hue: int
    outcome: str
    name: str
    short: str
    line: int | None
    first: int
    last: int
    """The numbers of the instants of its start and its end."""
    y: int
    nth: int
    """How many marks come before it at the same instant."""
    goes_on: bool
    sentence: str
    facts: str
    """What the tooltip says, each on a line of its own."""
    cells: tuple[str, ...]
    """What the table says."""


class _LaneView(NamedTuple):
    number: str
    name: str
    title: str
    y: int
    height: int
    first: int
    last: int
    goes_on: bool
    items: list[_Item]
    drawn: list[_Item]
    """The same items with the marks last, so that they lie over the spans."""


class _Step(NamedTuple):
    """A sentence of the story."""

    at: str
    instant: int
    text: str
    line: int | None
    key: bool
    step: int | None
    """The number of the step that the player goes to."""


class View(NamedTuple):
    """A recording, as the template draws it."""

    id: str
    recording: Recording
    name: str
    at: list[str]
    """The instants, as they are read."""
    even: list[float]
    true: list[float]
    lanes: list[_LaneView]
    height: int
    edge: float
    """Where something ends that goes on beyond the end of the run, in percent."""
    pixels: int
    """How wide the timeline is at least, before anybody zooms."""
    keys: list[int]
    """The instants at which it went wrong."""
    story: list[_Step]
    calls: list[tuple[str, int]]
    """What the hues stand for, if there are enough of them."""
    legend: list[tuple[str, str]]
    source: list[str]
    lines: dict[int, str]
    """For each line that a span stands at, the first such span."""
    linked: set[int]
    """The lines that something refers to."""
    player: dict[str, Any]
    """What `player.js` goes through: see `_player`."""

    chosen: bool = False
    """Whether it is what is seen where there is room for one alone."""


class Parts(NamedTuple):
    """What another page needs to draw recordings as this one does."""

    style: str
    timeline: str
    """A script: the class that brings a drawn timeline to life."""
    symbols: dict[str, str]
    """The path in the circle of each kind of mark."""


def render(recordings: Sequence[Recording]) -> str:
    """The page for these recordings, normally of one check on both backends."""
    views = [view(f"r{n}", recording) for n, recording in enumerate(recordings)]
    if views:
        first = next((n for n, each in enumerate(recordings) if not each.passed), 0)
        views[first] = views[first]._replace(chosen=True)
    return _template().render(views=views, **_given())


def parts() -> Parts:
    # The other page has no player.
    given = _given() | {"player_style": "", "player_script": ""}
    module: Any = _template().make_module({"views": [], **given})
    symbols = {kind: module.symbol(kind).strip() for kind in _MARKS}
    return Parts(module.style, module.timeline, symbols)


def _given() -> dict[str, Any]:
    """What the template draws every page with."""
    return {
        "marks": _MARKS,
        "player_style": Markup(_file("player.css")),
        "player_script": Markup(_file("player.js")),
    }


def environment() -> jinja2.Environment:
    """The environment for templates of pages: whatever comes from outside is text and nothing more."""
    environment = jinja2.Environment(
        autoescape=True,
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clock": clock, "digest": _digest}
    environment.globals |= {"_": _, "language": LANGUAGE}
    return environment


def _template() -> jinja2.Template:
    return environment().from_string(_file("page.html.j2"))


def _file(name: str) -> str:
    return files("checker.feedback").joinpath(name).read_text("utf-8")


def _finalize(value: object) -> object:
    """Every text in the page without characters that hide or reorder others. The page's own texts are
    Jinja2's markup, not `str`."""
    return printable(value) if type(value) is str else value


def _digest(text: str) -> str:
    """The digest by which a policy knows a script or a style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def view(name: str, recording: Recording) -> View:
    """A recording as it is drawn. The ids begin with `name`."""
    told = [sentence.at for sentence in recording.story]
    printed = [each.at for each in recording.prints]
    moments = _moments(recording)
    stepped = [moment.at for moment in moments]
    at = instants(recording.lanes, 0.0, recording.elapsed, *told, *printed, *stepped)
    number_of = {each: n for n, each in enumerate(at)}
    pixels = min(_PIXELS_EACH * len(at), _MAX_PIXELS)
    share = min(1.0, _SMALL / pixels)
    margins = _MARGINS_OF_UNFINISHED if any(map(_goes_on, recording.lanes)) else _MARGINS
    left, right = margins[0] * share, 100 - margins[1] * share

    def percent(part: float, whole: float) -> float:
        return round(left + (right - left) * (part / whole if whole else 0.0), 4)

    columns = spread(at, _COLUMNS_EACH * len(at))
    length = at[-1] - at[0]
    calls = dict.fromkeys(
        span.what for lane in recording.lanes for span in lane.spans if span.kind == "call"
    )
    hues = dict(zip(calls, cycle(range(HUES))))
    lanes = _lanes(name, recording, number_of, hues)
    items = [item for lane in lanes for item in lane.items]
    lines: dict[int, str] = {}
    for item in items:
        if item.line is not None:
            lines.setdefault(item.line, item.id)
    source = _LINE_ENDS.split(recording.source)
    if source[-1] == "":
        del source[-1]
    linked = set(lines) | {each.line for each in recording.story if each.line is not None}
    step_of: dict[tuple[float, str], int] = {}
    for n, moment in enumerate(moments):
        step_of.setdefault((moment.at, moment.text), n)
    return View(
        id=name,
        recording=recording,
        name=recording.exercise.rpartition("/")[2],
        at=[clock(each) for each in at],
        even=[percent(column, columns[-1]) for column in columns],
        true=[percent(each - at[0], length) for each in at],
        lanes=lanes,
        height=lanes[-1].y + lanes[-1].height if lanes else 0,
        edge=round(100 - _EDGE * share, 4),
        pixels=pixels,
        keys=sorted({number_of[instant(each.at)] for each in recording.story if each.key}),
        story=[
            _Step(
                clock(each.at),
                number_of[instant(each.at)],
                each.text,
                each.line,
                each.key,
                step_of.get((each.at, each.text)),
            )
            for each in recording.story
        ],
        calls=list(hues.items()) if len(hues) <= HUES else [],
        legend=[
            (kind, words)
            for kind, words in (_KINDS | _MARKS).items()
            if any(kind == (item.outcome if item.kind == "mark" else item.kind) for item in items)
            and (kind != "call" or len(hues) > HUES)
        ],
        source=source,
        lines=lines,
        linked=linked & set(range(1, len(source) + 1)),
        player=_player(recording, moments, number_of),
    )


def _moments(recording: Recording) -> Sequence[Moment]:
    """The steps of a run; the sentences of its story, if nobody knows how things stood."""
    if recording.playback is not None:
        return recording.playback.moments
    return [
        Moment(each.at, each.text, each.line, each.key, "task", 0, (), (), ())
        for each in recording.story
    ]


def _player(
    recording: Recording, moments: Sequence[Moment], number_of: dict[float, int]
) -> dict[str, Any]:
    """What the player goes through, as JSON: of each step what has changed since the one before it."""
    steps = []
    before: dict[str, Place] = {}
    primitives: object = None
    services: object = None
    for moment in moments:
        now = {_key(place.kind, place.number): place for place in moment.places}
        step: dict[str, Any] = {
            "at": clock(moment.at),
            "instant": number_of[instant(moment.at)],
            "text": printable(moment.text),
            "line": moment.line,
            "key": moment.key,
            "lane": _key(moment.kind, moment.number) if moment.number else None,
            "places": {
                key: _place(now[key]) if key in now else None
                for key in (before | now)
                if before.get(key) != now.get(key)
            },
        }
        if moment.primitives is not primitives:
            step["primitives"] = [
                {
                    "kind": printable(each.kind),
                    "name": printable(each.name),
                    "facts": printable(each.facts),
                    "holders": each.holders,
                    "waiting": each.waiting,
                    "senders": each.senders,
                }
                for each in moment.primitives
            ]
        if moment.services is not services:
            step["services"] = [
                {"name": printable(each.name), "values": _values(each.values)}
                for each in moment.services
            ]
        before, primitives, services = now, moment.primitives, moment.services
        steps.append(step)
    lanes = [
        [_key(lane.kind, lane.number), own_number(lane), printable(_who(lane))]
        for lane in recording.lanes
    ]
    return {"steps": steps, "lanes": lanes, "pictured": recording.playback is not None}


def _key(kind: str, number: int) -> str:
    return f"{kind}{number}"


def _place(place: Place) -> dict[str, Any]:
    return {
        "line": place.line,
        "callers": place.callers,
        "waits": printable(place.waits),
        "values": _values(place.values),
    }


def _values(values: Sequence[Value]) -> list[tuple[str, str]]:
    return [(printable(value.name), printable(value.text)) for value in values]


def _goes_on(lane: Lane) -> bool:
    return lane.unfinished or any(span.outcome == "unfinished" for span in lane.spans)


def _lanes(
    prefix: str, recording: Recording, number_of: dict[float, int], hues: dict[str, int]
) -> list[_LaneView]:
    views: list[_LaneView] = []
    y = 0
    for n, lane in enumerate(recording.lanes):
        rows = stacked(lane.spans, MAX_ROWS)
        items = [
            _span(lane, span, hues.get(span.what, 0), number_of, y + _PADDING + _ROW * row)
            for row, spans in enumerate(rows)
            for span in spans
        ]
        marked: Counter[float] = Counter()
        for mark in lane.marks:
            items.append(_mark(lane, mark, number_of, y + _PADDING, marked[instant(mark.at)]))
            marked[instant(mark.at)] += 1
        items.sort(key=lambda item: (item.first, item.last))
        items = [item._replace(id=f"{prefix}-{n}-{m}") for m, item in enumerate(items)]
        height = _ROW * max(1, len(rows)) + 2 * _PADDING
        views.append(
            _LaneView(
                number=number(lane),
                name=lane.name,
                title=_title(lane),
                y=y,
                height=height,
                first=number_of[instant(lane.started)],
                last=number_of[instant(lane.ended)],
                goes_on=lane.unfinished,
                items=items,
                drawn=sorted(items, key=lambda item: item.kind == "mark"),
            )
        )
        y += height
    return views


def _title(lane: Lane) -> str:
    """Whose lane it is, and from when to when."""
    who, start, end = _who(lane), clock(lane.started), clock(lane.ended)
    match lane.parent, lane.unfinished:
        case None, False:
            return _("{who}, from {start} to {end}", who=who, start=start, end=end)
        case None, True:
            return _("{who}, from {start} to the end of the run, unfinished", who=who, start=start)
        case parent, False:
            return _(
                "{who}, started by task {parent}, from {start} to {end}",
                who=who,
                parent=parent,
                start=start,
                end=end,
            )
    return _(
        "{who}, started by task {parent}, from {start} to the end of the run, unfinished",
        who=who,
        parent=lane.parent,
        start=start,
    )


def _who(lane: Lane) -> str:
    if lane.kind == "thread":
        return _("thread {number} ({name})", number=lane.number, name=lane.name)
    return _("task {number} ({name})", number=lane.number, name=lane.name)


def _where(what: str, line: int | None) -> str:
    """What or who it is, and at which line."""
    return what if line is None else _("{what}, line {line}", what=what, line=line)


def _span(lane: Lane, span: Span, hue: int, number_of: dict[float, int], y: int) -> _Item:
    called = names(span) or [span.kind]
    outcome = _OUTCOMES[span.outcome]
    who = _who(lane)
    took = clock(instant(span.end) - instant(span.start))
    start, end = clock(span.start), clock(span.end)
    when = _("from {start} to {end}", start=start, end=end)
    when_and_how_long = _("from {start} to {end} ({took})", start=start, end=end, took=took)
    kind = _KINDS[span.kind]
    told = called[0] if span.kind == "call" else span.what
    return _Item(
        id="",
        kind=span.kind,
        hue=hue,
        outcome=span.outcome,
        name=called[0],
        short=called[-1],
        line=span.line,
        first=number_of[instant(span.start)],
        last=number_of[instant(span.end)],
        y=y,
        nth=0,
        goes_on=span.outcome == "unfinished",
        sentence=f"{who}: {kind}, {_where(called[0], span.line)}, {when}, {outcome}",
        facts=f"{told}\n{_where(who, span.line)}\n{kind}\n{when_and_how_long}\n{outcome}",
        cells=(
            who,
            kind,
            told,
            "" if span.line is None else str(span.line),
            start,
            end,
            outcome,
        ),
    )


def _mark(lane: Lane, mark: Mark, number_of: dict[float, int], y: int, nth: int) -> _Item:
    who = _who(lane)
    kind = _MARKS[mark.kind]
    at = number_of[instant(mark.at)]
    when = _("at {time}", time=clock(mark.at))
    return _Item(
        id="",
        kind="mark",
        hue=0,
        outcome=mark.kind,
        name=mark.what,
        short=mark.what,
        line=mark.line,
        first=at,
        last=at,
        y=y,
        nth=nth,
        goes_on=mark.kind == "stuck" and lane.unfinished,
        sentence=f"{who}: {kind}, {_where(mark.what, mark.line)}, {when}",
        facts=f"{kind}\n{mark.what}\n{_where(who, mark.line)}\n{when}",
        cells=(
            who,
            kind,
            mark.what,
            "" if mark.line is None else str(mark.line),
            clock(mark.at),
            clock(mark.at),
            "",
        ),
    )
