"""What a timeline on a terminal shows, and that nothing breaks it."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.feedback.axis import clock, spread
from checker.feedback.terminal import Screen
from checker.feedback.timeline import MAX_LANES, draw
from checker.recording import Lane, Mark, Print, Recording, Sentence, Span

from .streams import Stream

pytestmark = pytest.mark.usefixtures("plain_environment")


def recorded(*lanes: Lane, story=(), prints=()) -> Recording:
    return Recording(
        exercise="locks_and_limits/lost_update",
        title="The lost deposit",
        check="No deposit is lost",
        backend="asyncio",
        token="token",
        passed=False,
        message="a deposit was lost",
        file="exercises/locks_and_limits/lost_update/exercise.py",
        source="",
        elapsed=max((lane.ended for lane in lanes), default=0.0),
        lanes=lanes,
        story=tuple(story),
        prints=tuple(prints),
    )


def task(number: int, name: str, *spans: Span, parent: int | None = 1, marks=()) -> Lane:
    ended = max((span.end for span in spans), default=0.0)
    started = min((span.start for span in spans), default=0.0)
    unfinished = any(span.outcome == "unfinished" for span in spans)
    return Lane("task", number, name, parent, started, ended, unfinished, spans, tuple(marks))


def call(what: str, start: float, end: float, detail="", line: int | None = 21) -> Span:
    full = what.removesuffix("()") + detail if detail else what
    return Span("call", what, line, start, end, "done", (full, what))


def wait(what: str, start: float, end: float, outcome="done", line: int | None = 22) -> Span:
    short = [name for name in ("task group", "Lock") if name in what]
    return Span("wait", what, line, start, end, outcome, (what, *short))


LOST_UPDATE = recorded(
    task(
        1,
        "deposit_all",
        wait("its task group, where task 2 is still running", 0, 0.31),
        parent=None,
    ),
    task(2, "deposit", call("read()", 0, 0.08, "() -> 427"), call("write()", 0.08, 0.2, "(527)")),
    task(3, "deposit", call("read()", 0, 0.11, "() -> 427"), call("write()", 0.11, 0.31, "(477)")),
    story=[Sentence(0, "two begin", 21), Sentence(0.11, "task 3 is told 427 as well", 21, True)],
)
DEADLOCK = recorded(
    task(1, "transfer_all", wait("its task group", 0, 0.27, "unfinished"), parent=None),
    task(
        2,
        "transfer",
        call("read()", 0, 0.14),
        wait("a Lock, held by task 3 (transfer)", 0.14, 0.27, "unfinished"),
        marks=[Mark("stuck", "a Lock", 22, 0.27)],
    ),
    task(
        3,
        "transfer",
        call("read()", 0, 0.27),
        wait("a Lock, held by task 2 (transfer)", 0.27, 0.27, "unfinished"),
        marks=[Mark("stuck", "a Lock", 22, 0.27)],
    ),
)
BLOCKED = recorded(
    task(
        2,
        "bake",
        call("open_oven()", 0, 0.001),
        Span("blocked", "time.sleep()", 13, 0.001, 3600.001, "done"),
        Span("call", "close_oven()", 14, 3600.001, 3600.002, "failed"),
        marks=[Mark("error", "Overheated", 14, 3600.002)],
    ),
    task(
        3,
        "feed",
        Span("sleep", "a sleep of 1 s", 20, 0, 3600.001, "done"),
        Span("call", "feed()", 21, 3600.001, 3600.002, "cancelled"),
        Span("sleep", "a sleep of 1 s", 20, 3600.002, 3600.5, "done"),
        marks=[Mark("swallowed", "", 22, 3600.1)],
    ),
    Lane("thread", 4, "worker", 2, 1, 2, False),
    task(5, "nothing"),
    prints=[Print(0.001, "baking")],
)


def shown(recording: Recording, stream: Stream | None = None) -> str:
    stream = stream or Stream()
    draw(Screen(stream), recording)
    return stream.text()


def row(text: str, start: str) -> str:
    """The first row that begins with `start`, after its margin."""
    return next(line for line in text.splitlines() if line.strip().startswith(start))


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


# --- what one sees ------------------------------------------------------------------------------


def test_a_race_shows_two_reads_before_the_first_write():
    text = shown(LOST_UPDATE)
    second, third = row(text, "1→2 deposit"), row(text, "1→3 deposit")
    assert "read() -> 427" in second
    assert "read() -> 427" in third
    assert third.index("read()") < second.index("write(527)") < third.index("write(477)")
    # The first write begins while the other read still goes on, and ends after that was answered.
    assert second.index("┣", second.index("427")) < third.index("┣", third.index("427"))
    assert third.index("┣", third.index("427")) < second.index("┫")


def test_where_it_went_wrong_is_pointed_at():
    text = shown(LOST_UPDATE)
    third, pointer = row(text, "1→3 deposit"), row(text, "▲")
    assert pointer.index("▲") == third.index("┣", third.index("427"))
    assert "▲ here it went wrong" in text


def test_the_axis_tells_the_instants():
    axis = shown(LOST_UPDATE).splitlines()[0]
    assert [word for word in axis.split() if word != "s"] == ["0", "0.08", "0.11", "0.2", "0.31"]


def test_a_lane_is_named_with_its_number_and_with_who_started_it():
    text = shown(BLOCKED)
    assert row(text, "1→2 bake")
    assert row(text, "2→t4 worker")
    assert "t4 a worker thread" in text
    assert "1→2 task 2, started by task 1" in text


def test_a_span_says_its_line_where_there_is_room():
    text = shown(LOST_UPDATE)
    assert "write(477) L21" in text
    assert "L22 line 22 of exercise.py" in text


def test_a_wait_that_begins_at_the_very_end_of_a_deadlock_is_seen():
    third = row(shown(DEADLOCK), "1→3 transfer")
    assert "Lock" in third
    assert third.endswith("∞")


def test_a_blocked_stretch_is_drawn_in_other_characters_and_on_the_axis_too():
    text = shown(BLOCKED)
    ruler = text.splitlines()[1]
    assert "████" in row(text, "1→2 bake")
    assert "████" in ruler
    assert "█ the event loop is held" in text


def test_cancellations_errors_and_swallowed_cancellations_are_marked():
    text = shown(BLOCKED)
    assert "✗" in row(text, "1→2 bake")
    assert "⊘" in row(text, "1→3 feed")
    assert "⊙" in row(text, "1→3 feed")


def test_of_marks_at_one_instant_the_one_that_says_most_is_seen():
    lane = task(
        1,
        "main",
        wait("a Lock", 0, 1, "cancelled"),
        call("read()", 1, 2),
        parent=None,
        marks=[Mark("swallowed", "", 3, 1), Mark("cancelled", "", 3, 1)],
    )
    drawn = row(shown(recorded(lane)), "1 main")
    assert "⊙" in drawn
    assert "⊘" not in drawn


def test_a_lane_without_a_length_is_seen():
    assert row(shown(BLOCKED), "1→5 nothing").endswith("•")


def test_a_span_without_a_length_is_seen_between_two_others():
    lane = task(1, "main", call("a()", 0, 1), call("b()", 1, 1), call("c()", 1, 2), parent=None)
    drawn = row(shown(recorded(lane)), "1 main")
    assert drawn.index("a()") < drawn.index("┃") < drawn.index("c()")


def test_several_spans_without_a_length_at_one_instant_are_seen_to_be_several():
    lane = task(1, "main", call("a()", 1, 1), call("b()", 1, 1), call("c()", 0, 2), parent=None)
    assert "‖" in row(shown(recorded(lane)), "1 main")


def test_a_lane_that_waits_in_two_things_at_once_has_two_rows():
    lane = task(1, "main", call("first()", 0, 2), call("second()", 1, 3), parent=None)
    lines = shown(recorded(lane)).splitlines()
    at = lines.index(row("\n".join(lines), "1 main"))
    assert "first()" in lines[at]
    assert "second()" in lines[at + 1]


def test_the_legend_has_only_what_is_drawn():
    text = shown(LOST_UPDATE)
    for word in ("a sleep", "event loop", "cancelled", "an error", "stuck", "worker thread"):
        assert word not in text


def test_a_call_that_has_room_for_a_letter_only_is_told_in_the_legend():
    spans = [call("read()", n, n + 1) for n in range(14)] + [call("write()", 14, 15)]
    text = shown(recorded(task(1, "main", *spans, parent=None)))
    assert "r read()" in text


def test_prints_have_a_row_of_their_own():
    assert row(shown(BLOCKED), "prints").count('"') == 1


def test_a_run_in_which_nothing_happened_is_drawn():
    assert "0 s" in shown(recorded())


# --- much, and long -----------------------------------------------------------------------------


def test_every_instant_has_a_column_though_one_gap_is_a_millisecond_and_one_a_day():
    columns = spread([0, 0.001, 0.002, 86_400, 86_400.001], 40)
    assert columns[0] == 0
    assert columns[-1] == 39
    assert columns == sorted(set(columns))
    assert columns[3] - columns[2] > columns[1] - columns[0]


def test_more_instants_than_columns_are_drawn_in_panels_that_follow_each_other():
    spans = [wait("a Lock", n, n + 1, line=n) for n in range(300)]
    lines = shown(recorded(task(1, "main", *spans, parent=None))).splitlines()
    titles = [line.strip() for line in lines if " to " in line]
    assert len(titles) > 1
    assert titles[0].startswith("0 s to ")
    assert titles[-1].endswith(" to 300 s")
    for one, following in pairwise(titles):
        assert one.partition(" to ")[2] == following.partition(" to ")[0]
    assert sum(line.count("├") for line in lines if "main" in line) == 300


def test_rounds_that_take_several_panels_are_drawn_once_with_how_often_they_were():
    polls = [wait("sleep", n, n + 1) for n in range(2000)]
    text = shown(recorded(task(1, "poll", *polls, call("read()", 2000, 2001), parent=None)))
    assert "(the same 1,997 times more, until 1999 s)" in text
    assert "read()" in text
    assert len(text.splitlines()) < 20


def test_rounds_that_differ_are_all_drawn():
    polls = [call(f"read({n})", n, n + 1) for n in range(200)]
    text = shown(recorded(task(1, "read", *polls, parent=None)))
    assert "the same" not in text


def test_a_span_goes_on_from_panel_to_panel():
    spans = [wait("a Lock", n, n + 1) for n in range(300)]
    text = shown(
        recorded(
            task(1, "main", call("serve()", 0, 300), parent=None),
            task(2, "worker", *spans),
        )
    )
    mains = [line for line in text.splitlines() if " main " in line]
    assert len(mains) > 1
    assert all("serve()" in line for line in mains)
    assert [line.count("┣") for line in mains] == [1] + [0] * (len(mains) - 1)
    assert [line.count("┫") for line in mains] == [0] * (len(mains) - 1) + [1]


def test_of_many_lanes_the_odd_ones_are_shown_and_the_others_counted():
    lanes = [task(1, "main", wait("its task group", 0, 9), parent=None)]
    lanes += [task(n, "fetch", call("get()", 0, 9)) for n in range(2, 101)]
    lanes[76] = task(77, "fetch", call("get()", 0, 9), marks=[Mark("error", "ValueError", 3, 9)])
    text = shown(recorded(*lanes))
    assert "✗" in row(text, "1→77 fetch")
    assert row(text, "1 main")
    assert sum("→" in line and "fetch" in line for line in text.splitlines()) == MAX_LANES - 1
    assert f"Not shown:   {100 - MAX_LANES} like 2 (fetch)" in text


def test_of_very_many_lanes_those_are_shown_too_that_had_to_wait_for_others():
    first = [task(n, "fetch", call("get()", 0, 1)) for n in range(2, 42)]
    then = [task(n, "fetch", call("get()", 0, 2)) for n in range(42, 52)]
    text = shown(
        recorded(task(1, "main", wait("its task group", 0, 2), parent=None), *first, *then)
    )
    assert row(text, "1→2 fetch")
    assert row(text, "1→42 fetch")
    assert "like 42 (fetch)" in text


# --- wherever it is written ---------------------------------------------------------------------


def test_a_pipe_gets_no_colour():
    assert "\x1b" not in shown(LOST_UPDATE)


def test_a_terminal_gets_other_colours_for_other_calls():
    text = shown(LOST_UPDATE, Stream(terminal=True))
    assert "\x1b[36mread() -> 427" in text
    assert "\x1b[32mwrite(477)" in text


@pytest.mark.parametrize("recording", [LOST_UPDATE, DEADLOCK, BLOCKED])
def test_without_unicode_the_same_columns_say_the_same(recording):
    plain, rich = shown(recording, Stream("ascii")), shown(recording)
    assert plain.isascii()
    assert "\\" not in plain
    drawn = [line for line in rich.splitlines() if "  1" in line or "→" in line]
    assert drawn
    assert len(plain.splitlines()) == len(rich.splitlines())
    for one, other in zip(plain.splitlines(), rich.splitlines(), strict=True):
        assert len(one) == len(other)


def test_a_name_in_wide_characters_does_not_move_its_lane():
    read = call("read()", 0, 1)
    text = shown(recorded(task(1, "main", read, parent=None), task(2, "存款", read)))
    lines = [line for line in text.splitlines() if "read()" in line]
    assert len({cells(line[: line.index("┣")]) for line in lines}) == 1


@pytest.mark.parametrize(
    "name", ["a\x1b[2Jb", "a\u202eb", "a\nb", "a\tb", "אבג", "e" + "\u0301" * 9]
)
def test_a_name_can_do_nothing_to_the_terminal(name):
    span = Span("call", name, 1, 0, 1, "done", (name,))
    marked = [Mark("error", name, 1, 1)]
    text = shown(recorded(task(1, name, span, parent=None, marks=marked)))
    for char in text.replace("\n", ""):
        assert unicodedata.category(char) not in ("Cc", "Cf", "Mn", "Zl", "Zp")
        assert unicodedata.bidirectional(char) not in ("R", "AL")


TEXTS = st.text(max_size=12) | st.sampled_from(["read()", "a Lock, held by task 3", "sleep"])
INSTANTS = st.sampled_from([0.0, 0.001, 0.25, 1.0, 1.5, 60.0, 3600.0]) | st.floats(0, 1e6)
LINES = st.none() | st.integers(1, 999)


@st.composite
def spans(draw) -> Span:
    start, end = sorted((draw(INSTANTS), draw(INSTANTS)))
    return Span(
        draw(st.sampled_from(["call", "wait", "sleep", "blocked"])),
        draw(TEXTS),
        draw(LINES),
        start,
        end,
        draw(st.sampled_from(["done", "failed", "cancelled", "unfinished"])),
        tuple(draw(st.lists(TEXTS, max_size=3))),
    )


@st.composite
def lanes(draw) -> Lane:
    started, ended = sorted((draw(INSTANTS), draw(INSTANTS)))
    return Lane(
        draw(st.sampled_from(["task", "thread"])),
        draw(st.integers(1, 10**6)),
        draw(TEXTS),
        draw(st.none() | st.integers(1, 10**6)),
        started,
        ended,
        draw(st.booleans()),
        tuple(sorted(draw(st.lists(spans(), max_size=9)), key=lambda span: span.start)),
        tuple(
            Mark(kind, what, line, at)
            for kind, what, line, at in draw(
                st.lists(
                    st.tuples(
                        st.sampled_from(["cancelled", "error", "swallowed", "stuck"]),
                        TEXTS,
                        LINES,
                        INSTANTS,
                    ),
                    max_size=3,
                )
            )
        ),
    )


RECORDINGS = st.builds(
    lambda lanes, keys, prints: recorded(
        *lanes,
        story=[Sentence(at, "went wrong", None, True) for at in keys],
        prints=[Print(at, "x") for at in prints],
    ),
    st.lists(lanes(), max_size=24),
    st.lists(INSTANTS, max_size=3),
    st.lists(INSTANTS, max_size=3),
)


@given(RECORDINGS, st.sampled_from([20, 40, 80, 100]), st.sampled_from(["utf-8", "ascii"]))
def test_any_recording_is_drawn_within_the_width(monkeypatch, recording, columns, encoding):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    for line in shown(recording, Stream(encoding, terminal=True)).splitlines():
        assert cells(line) <= columns, line
        assert all(unicodedata.category(char) not in ("Cc", "Cf") for char in line)


@given(st.lists(INSTANTS, min_size=1, max_size=60, unique_by=lambda at: round(at, 9)))
def test_any_instants_are_spread_in_order_over_all_columns(at):
    columns = spread(sorted(round(each, 9) for each in at), 61)
    assert columns == sorted(set(columns))
    assert columns[0] == 0
    assert columns[-1] == (60 if len(at) > 1 else 0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.1 + 0.2, "0.3 s"), (3600.5, "3600.5 s"), (1e-3, "0.001 s")],
)
def test_times_are_read_without_dust(seconds, words):
    assert clock(seconds) == words
