"""What `checker run --trace` writes, held to the documented fields of Chrome's trace event format."""

import json

from checker.feedback.chrome_trace import trace_events
from checker.recording import Lane, Playback, Print, Served, Span, Wake

from .test_page import recorded

# What each phase must have beside `name`, `pid` and `tid`, and what it may have, by the format's
# description.
FIELDS = {
    "M": ({"args"}, set()),
    "X": ({"ts", "dur", "cat"}, {"args"}),
    "i": ({"ts", "s", "cat"}, {"args"}),
    "s": ({"ts", "id", "cat"}, {"args"}),
    "f": ({"ts", "id", "cat", "bp"}, {"args"}),
}

LONG = Served("Account", "read() -> 427", "task", 2, 0, 0.08, "done")
PLAYBACK = Playback((), (Wake(0.2, 2, 3, "Lock"),), (LONG, LONG))


def events_of(*recordings):
    whole = json.loads(trace_events(recordings))
    assert set(whole) == {"traceEvents", "displayTimeUnit", "otherData"}
    assert whole["displayTimeUnit"] in ("ms", "ns")
    return whole["traceEvents"]


def both():
    return events_of(recorded(playback=PLAYBACK), recorded("trio", playback=PLAYBACK))


def of(events, phase, **fields):
    return [e for e in events if e["ph"] == phase and fields.items() <= e.items()]


def test_every_event_has_the_fields_of_its_phase_and_no_others():
    events = both()
    assert {event["ph"] for event in events} == set(FIELDS)
    for event in events:
        must, may = FIELDS[event["ph"]]
        must = must | {"ph", "name", "pid", "tid"}
        assert must <= set(event) <= must | may, event
        assert isinstance(event["name"], str)
        assert type(event["pid"]) is type(event["tid"]) is int
        assert event.get("ts", 0) >= 0
        assert event.get("dur", 0) >= 0
        assert event.get("s", "t") in ("g", "p", "t")
        assert event.get("bp", "e") == "e"


def test_backends_are_processes_and_lanes_their_threads():
    events = both()
    names = [e["args"]["name"] for e in of(events, "M", name="process_name")]
    assert names == ["asyncio: No deposit is lost", "trio: No deposit is lost"]
    threads = [e["args"]["name"] for e in of(events, "M", name="thread_name", pid=1)]
    assert threads == [
        "1 deposit_all",
        "1→2 deposit",
        "1→3 deposit",
        "1→4 idle",
        "service Account",
        "service Account (2)",
    ]


def test_calls_are_slices_of_virtual_microseconds_with_their_lines():
    (call,) = of(both(), "X", pid=1, tid=2, name="write(527)")
    assert (call["ts"], call["dur"]) == (80_000, 120_000)
    assert call["args"] == {"outcome": "done", "line": 6}


def test_slices_of_a_track_lie_within_each_other_or_beside_each_other():
    overlapping = (
        Span("call", "a()", 5, 0, 2, "done"),
        Span("wait", "b", 6, 1, 3, "done"),
        Span("call", "c()", 7, 2, 3, "done"),
    )
    lane = Lane("task", 1, "main", None, 0, 3, False, overlapping)
    for events in (both(), events_of(recorded(lanes=(lane,), elapsed=3.0, prints=()))):
        open_: dict[tuple[int, int], list[float]] = {}
        for event in of(events, "X"):
            ends = open_.setdefault((event["pid"], event["tid"]), [])
            while ends and ends[-1] <= event["ts"]:
                ends.pop()
            end = event["ts"] + event["dur"]
            assert not ends or end <= ends[-1] + 1e-3, event
            ends.append(end)


def test_marks_and_prints_are_instants():
    instants = {(e["name"], e["tid"], e["ts"]) for e in of(both(), "i", pid=1)}
    assert instants == {("ValueError: overdrawn", 3, 310_000), ("print: paid in", 1, 200_000)}


def test_arrows_lead_from_who_wakes_to_who_is_woken_and_have_slices_at_both_ends():
    events = both()
    starts, ends = of(events, "s"), of(events, "f")
    assert len({e["id"] for e in starts}) == len(starts) == len(ends)
    assert {e["id"] for e in starts} == {e["id"] for e in ends}
    (source,) = of(events, "s", pid=1, cat="wake")
    (target,) = of(events, "f", pid=1, id=source["id"])
    assert (source["tid"], target["tid"], source["ts"], source["name"]) == (2, 3, 200_000, "Lock")
    for arrow in (*starts, *ends):
        before = events[events.index(arrow) - 1]
        shared = ("name", "pid", "tid", "ts")
        assert before["ph"] == "X"
        assert [before[key] for key in shared] == [arrow[key] for key in shared]


def test_events_come_in_the_order_of_time():
    times = [event["ts"] for event in both() if event["ph"] != "M"]
    assert times == sorted(times)


def test_what_a_stranger_wrote_is_on_one_line_and_hides_nothing():
    text = trace_events([recorded(prints=(Print(0, "a\nb\u202e\x1b[31m\ud800"),), check="\u202e")])
    assert json.loads(text)
    text.encode()
    found = {event["name"] for event in json.loads(text)["traceEvents"]}
    assert "print: a b\\u202e\\x1b[31m\\ud800" in found
