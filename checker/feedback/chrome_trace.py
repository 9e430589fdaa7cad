"""Recordings in Chrome's trace event format, which Perfetto opens.

https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsChNqm8Vs

A backend is a process, and each lane a thread of it with a slice for its life and, within that, one for
each call, wait and sleep; so is each service, with the calls that it served. Arrows lead from who
starts a task to that task, and from who releases, sets or sends to who wakes. An arrow begins and
ends in a slice, and in virtual time much happens at an instant at which slices end: so each of its
ends has a slice of its own, of no length. Times are microseconds of virtual time.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, TypeAlias

from checker.feedback.axis import names, number, stacked
from checker.harmless import one_line
from checker.recording import Lane, Recording, Served, Span
from checker.translation import _

MAX_ROWS: Final = 40
"""How many tracks a service or a lane gets for what goes on in it at the same time."""

_Event: TypeAlias = dict[str, Any]


def trace_events(recordings: Sequence[Recording]) -> str:
    """These recordings as the text of a JSON file."""
    arrows = count(1)
    named: list[_Event] = []
    timed: list[_Event] = []
    for process_number, recording in enumerate(recordings, 1):
        process = _Process(process_number, recording, arrows)
        timed += process.events()
        named += process.named
    # What begins at the same instant stays in its order.
    events = [*named, *sorted(timed, key=lambda event: event["ts"])]
    shown = recordings[0] if recordings else None
    other = {
        "exercise": one_line(shown.exercise) if shown else "",
        "check": one_line(shown.check) if shown else "",
        "tokens": {each.backend: each.token for each in recordings},
    }
    whole = {"traceEvents": events, "displayTimeUnit": "ms", "otherData": other}
    return json.dumps(whole, indent=None, separators=(",", ":")) + "\n"


@dataclass
class _Process:
    """One run: its tracks are numbered as they are first needed."""

    process: int
    recording: Recording
    arrows: Iterator[int]
    tracks: int = 0
    named: list[_Event] = field(default_factory=list)
    slices: list[_Event] = field(default_factory=list)
    instants: list[_Event] = field(default_factory=list)
    flows: list[_Event] = field(default_factory=list)

    def events(self) -> list[_Event]:
        """All that has a time; what the tracks are called is in `named` then."""
        recording = self.recording
        self._name_process()
        tracks = {(lane.kind, lane.number): self._lane(lane) for lane in recording.lanes}
        for lane in recording.lanes:
            parent = tracks.get(("task", lane.parent or 0))
            if parent is not None:
                track = tracks[lane.kind, lane.number]
                self._arrow("start", _("starts"), lane.started, parent, track)
        if recording.playback is not None:
            for wake in recording.playback.wakes:
                by, woken = tracks.get(("task", wake.by)), tracks.get(("task", wake.task))
                if by is not None and woken is not None:
                    self._arrow("wake", wake.what, wake.at, by, woken)
            self._services(recording.playback.served)
        for printed in recording.prints:
            self._instant(_("print: {text}", text=one_line(printed.text)), "print", printed.at, 1)
        # What encloses another slice comes before it, and each arrow directly after its two slices.
        slices = sorted(self.slices, key=lambda event: (event["ts"], -event["dur"]))
        return [*slices, *self.instants, *self.flows]

    def _name_process(self) -> None:
        name = f"{self.recording.backend}: {one_line(self.recording.check)}"
        self.named += [
            self._event("M", "process_name", args={"name": name}),
            self._event("M", "process_sort_index", args={"sort_index": self.process}),
        ]

    def _track(self, name: str) -> int:
        self.tracks += 1
        track = self.tracks
        self.named += [
            self._event("M", "thread_name", track, args={"name": one_line(name)}),
            self._event("M", "thread_sort_index", track, args={"sort_index": track}),
        ]
        return track

    def _lane(self, lane: Lane) -> int:
        """Draw a lane; the track of its life."""
        name = f"{number(lane)} {lane.name}"
        first = self._track(name)
        args: dict[str, Any] = {"unfinished": True} if lane.unfinished else {}
        self._slice(lane.name, lane.kind, lane.started, lane.ended, first, args)
        self._rows(name, lane.spans, first)
        for mark in lane.marks:
            self._instant(mark.what, mark.kind, mark.at, first, mark.line)
        return first

    def _rows(self, name: str, spans: Iterable[Span], first: int | None) -> None:
        """Draw spans in as many tracks as it takes: slices of one track lie within each other."""
        for row, those in enumerate(stacked(spans, MAX_ROWS)):
            if row or first is None:
                track = self._track(f"{name} ({row + 1})" if row else name)
            else:
                track = first
            for span in those:
                args: dict[str, Any] = {"outcome": span.outcome}
                if span.line is not None:
                    args["line"] = span.line
                shown = (names(span) or [span.kind])[0]
                self._slice(shown, span.kind, span.start, span.end, track, args)

    def _services(self, served: Iterable[Served]) -> None:
        calls: dict[str, list[Span]] = {}
        for call in served:
            span = Span("call", call.what, None, call.start, call.end, call.outcome)
            calls.setdefault(call.service, []).append(span)
        for service, spans in calls.items():
            self._rows(_("service {name}", name=service), spans, None)

    def _arrow(self, category: str, name: str, at: float, source: int, target: int) -> None:
        ends = {"cat": category, "ts": _microseconds(at)}
        arrow = next(self.arrows)
        self.flows += [
            self._event("X", name, source, dur=0, **ends),
            self._event("s", name, source, id=arrow, **ends),
            self._event("X", name, target, dur=0, **ends),
            self._event("f", name, target, id=arrow, bp="e", **ends),
        ]

    def _slice(
        self, name: str, category: str, start: float, end: float, track: int, args: dict[str, Any]
    ) -> None:
        ts = _microseconds(start)
        dur = max(round(_microseconds(end) - ts, 3), 0.0)
        event = self._event("X", one_line(name), track, cat=category, ts=ts, dur=dur, args=args)
        self.slices.append(event)

    def _instant(
        self, name: str, category: str, at: float, track: int, line: int | None = None
    ) -> None:
        args = {} if line is None else {"line": line}
        self.instants.append(
            self._event(
                "i", one_line(name), track, cat=category, ts=_microseconds(at), s="t", args=args
            )
        )

    def _event(self, phase: str, name: str, track: int = 0, **more: Any) -> _Event:
        return {"ph": phase, "name": name, "pid": self.process, "tid": track, **more}


def _microseconds(seconds: float) -> float:
    """Virtual time has nanoseconds; what a float says beyond them is rounding error."""
    return round(seconds * 1e6, 3)
