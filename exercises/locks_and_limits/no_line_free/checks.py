"""Checks for no_line_free: connections that are shared, and that may break."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    blocking,
    check,
    counted,
    is_later,
    often,
    question,
    same_time,
    scene,
    shown,
    takes,
    were,
)

BREAKS = (
    ConnectionResetError("the line is dead"),
    TimeoutError("no answer"),
    EndOfStream("the server hung up"),
    LookupError("the answer is garbled"),
    BrokenResourceError("the line is broken"),
)
"""After these, a connection is of no use."""

REFUSALS = (
    ConnectionRefusedError("not now"),
    ValueError("who are you?"),
    PermissionError("too many pharmacies"),
)
"""How a server refuses to open a connection."""

AT_ONCE = (
    "whatever a call does with its place and its connection on its way out, it must do it at once"
)


@dataclass(frozen=True)
class Question:
    text: str
    seconds: float
    answer: str
    error: Exception | None


class Server(Service):
    """Opens connections, each in a time of its own; some of the first ones it refuses."""

    def __init__(
        self,
        known: Sequence[Question],
        seconds: Sequence[float],
        refused: Sequence[Exception | None],
    ) -> None:
        self.known = {question.text: question for question in known}
        self.connections: list[Connection] = []
        self._seconds = iter(seconds)
        self._refused = iter(refused)

    @takes(lambda self: next(self._seconds, 1.0))
    def connect(self) -> "Connection":
        refusal = next(self._refused, None)
        if refusal is not None:
            raise refusal
        self.connections.append(Connection(self, len(self.connections) + 1))
        return self.connections[-1]


class Connection(Service):
    def __init__(self, server: Server, number: int) -> None:
        self._server = server
        self.number = number

    @takes(lambda self, question: self._server.known[question].seconds)
    def ask(self, question: str) -> str:
        known = self._server.known[question]
        if known.error is not None:
            raise known.error
        return known.answer

    @blocking
    @takes(0.0)
    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Line:
    """A connection, and what happened to it."""

    number: int
    opened: float
    asks: Calls
    closes: Calls
    lost: bool
    """Whether it was made in the instant in which a call was cancelled, and nobody has ever used it."""

    @property
    def end_of_use(self) -> Call | None:
        """The question after which it was of no use."""
        return self.asks.where(
            lambda call: (
                call.outcome == "cancelled"
                or (call.failure is not None and call.failure.kind != "ValueError")
            )
        ).first

    @property
    def closed(self) -> float:
        return self.closes[0].started if self.closes else float("inf")

    def is_open(self, at: float) -> bool:
        return not self.lost and self.opened <= at < self.closed

    def is_idle(self, at: float) -> bool:
        """Whether anybody might have asked something on it."""
        end = self.end_of_use
        is_good = end is None or at < (end.ended or 0.0)
        return self.is_open(at) and is_good and not self.asks.under_way(at)


@dataclass(frozen=True)
class Pool:
    """A pool, all the calls of its method, and what they did."""

    size: int
    server: Server
    visits: Sequence[tuple[Question, Act]]
    run: Run
    place: str
    """Which pool it was, for the beginning of a message."""

    @property
    def acts(self) -> list[Act]:
        return [act for _, act in self.visits]

    @property
    def connects(self) -> Calls:
        return self.run.calls.to(self.server)

    @property
    def asks(self) -> Calls:
        made = self.server.connections
        return self.run.calls_to("ask").where(lambda call: call.service in made)

    def lines(self) -> list[Line]:
        lines = []
        done = self.connects.done
        for connection in self.server.connections:
            opened = next(call.ended or 0.0 for call in done if call.reply is connection)
            calls = self.run.calls.to(connection)
            lost = not calls and self.somebody_left(opened)
            asks = calls.where(lambda call: call.method == "ask")
            closes = calls.where(lambda call: call.method == "close")
            lines.append(Line(connection.number, opened, asks, closes, lost))
        return lines

    def somebody_left(self, at: float) -> bool:
        """Whether a call was cancelled at that moment."""
        moments = [act.record.cancelled_at for act in self.acts]
        return any(moment is not None and same_time(moment, at) for moment in moments)

    # --- what came out ---

    def expect_outcomes(self) -> None:
        """Everybody got the answer or the error, at once; nobody asked twice."""
        for asked in self.server.known.values():
            acts = [act for one, act in self.visits if one is asked]
            asks = self.asks.given(question=asked.text)
            self.run.expect(
                len(asks) <= len(acts),
                f"{self.place}pool.ask() was called {often(len(acts))} with {shown(asked.text)}, and connection.ask() "
                f"{often(len(asks))}",
                at=asks.last,
                advice="ask each question once for each call, whatever comes of it",
            )
            for act in acts:
                self.expect_outcome(asked, act, asks)
            # AnyIO on asyncio may let a cancelled call return, see `Act.gave_way`.
            returned = [
                act for act in acts if act.error is None and act.record.cancelled_at is None
            ]
            self.run.expect(
                len(returned) <= len(asks.done),
                f"{self.place}{counted(len(returned), 'call')} of pool.ask() with {shown(asked.text)} returned an answer, and "
                f"the database had given {len(asks.done)}",
                advice="ask the database for each call, also if two of them ask the same",
            )

    def expect_outcome(self, asked: Question, act: Act, asks: Calls) -> None:
        run = self.run
        failures = [call for call in [*asks, *self.connects] if call.outcome == "failed"]
        if act.record.cancelled_at is not None:
            at = act.record.cancelled_at
            ends = [c for c in [*asks, *self.connects] if same_time(c.ended or 0.0, at)]
            run.expect_gave_way(act, ends, done=any(call.done for call in ends), place=self.place)
            return
        called = f"{self.place}pool.ask({asked.text!r}), called at {act.started:g} s,"
        if act.error is None:
            run.expect(
                asked.error is None and act.value == asked.answer and type(act.value) is str,
                f"{called} returned {shown(act.value)}; "
                + (
                    f"the answer is {shown(asked.answer)}"
                    if asked.error is None
                    else f"the database answers that with {type(asked.error).__name__}"
                ),
                at=asks.last,
                advice="return what connection.ask() returned, whatever it is"
                if asked.error is None
                else "let the error reach the caller: whatever catches it must raise it again",
            )
            ended = [call.ended or 0.0 for call in asks.done]
        else:
            heard = [call for call in failures if act.heard(call)]
            if not heard:
                told = act.explained()
                run.fail(
                    f"{self.place}{told.message}; no call of it had failed with that",
                    at=act.errors[0],
                    advice=advise(act.errors[0], run.trace.backend)
                    or "let the very error that came reach the caller, and raise nothing of your own",
                    tells_error=True,
                )
            ended = [call.ended or 0.0 for call in heard]
        run.expect(
            any(same_time(moment, act.ended) for moment in ended),
            f"{called} ended at {act.ended:g} s; the answer, or the error, had come at "
            f"{max(ended, default=0.0):g} s",
            advice=AT_ONCE,
        )

    # --- the connections ---

    def expect_connections(self) -> None:
        """Good ones were kept, others closed, and none was opened in vain."""
        run = self.run
        for line in self.lines():
            name = f"{self.place}connection {line.number}"
            for before, after in pairwise(line.asks):
                run.expect(
                    before.ended_order is not None and before.ended_order < after.order,
                    f"{name} was asked {shown(after.given['question'])} at {after.started:g} s, while it was still busy with "
                    f"{shown(before.given['question'])}",
                    at=after,
                    advice="let one call at a time have a connection: take it out of the list as long as it is in use",
                )
            self._expect_end(line, name)
        for connect in self.connects:
            at = connect.started
            for line in self.lines():
                # In that very instant, somebody may have asked on it and got the answer.
                is_asked = any(same_time(call.started, at) for call in line.asks)
                run.expect(
                    is_asked or not (line.is_idle(at - 1e-5) and line.is_idle(at + 1e-5)),
                    f"{self.place}another connection was opened at {at:g} s, while nobody was using connection "
                    f"{line.number}",
                    at=connect,
                    advice="look for a connection that nobody uses first, and only then open another",
                )

    def _expect_end(self, line: Line, name: str) -> None:
        """It was closed if it was of no use any more, and not before."""
        run, end, close = self.run, line.end_of_use, line.closes.first
        if close is not None:
            later = line.asks.where(lambda call: call.order > close.order).first
            run.expect(
                later is None,
                f"{name} was closed at {close.started:g} s, and asked again at {later.started if later else 0.0:g} s",
                at=later,
                advice="a connection that is closed must not go back to the others",
            )
        if end is None:
            run.expect(
                close is None or self.somebody_left(close.started),
                f"{name} was closed at {line.closed:g} s, and it was still good"
                + (
                    f": the database had only not understood {shown(line.asks[-1].given['question'])}"
                    if line.asks and line.asks[-1].outcome == "failed"
                    else ""
                ),
                at=close,
                advice="keep a connection for the next call after an answer, and after a ValueError",
            )
            return
        ended = end.ended or 0.0
        why = (
            f"{end.given['question']!r} was cancelled on it"
            if end.outcome == "cancelled"
            else f"ask() had failed on it with {end.failure}"
        )
        later = line.asks.where(lambda call: call.order > end.order).first
        run.expect(
            later is None,
            f"{name} was asked again at {later.started if later else 0.0:g} s, though {why} at {ended:g} s",
            at=later,
            advice="after any error but a ValueError, and after a cancellation, close the connection, and do not keep it for "
            "others",
        )
        run.expect(
            same_time(line.closed, ended),
            f"{name} was "
            + (f"closed at {line.closed:g} s" if close is not None else "never closed")
            + f", and {why} at {ended:g} s",
            at=end,
            advice="close a connection as soon as it is of no use, on every way out: a cancellation is an exception, but no "
            "`Exception`",
        )

    # --- the places ---

    def expect_places(self) -> None:
        """Never were more open than may be, and nobody waited without need."""
        run, lines = self.run, self.lines()
        moments = {moment for act in self.acts for moment in (act.started, act.ended)}
        for call in [*self.connects, *self.asks]:
            moments |= {call.started, run.elapsed if call.ended is None else call.ended}
        for begin, end in pairwise(sorted(moments)):
            if not is_later(end, begin):
                continue  # What happens in one instant happens in any order.
            middle = (begin + end) / 2
            making = len(self.connects.under_way(middle))
            asking = len(self.asks.under_way(middle))
            there = sum(line.is_open(middle) for line in lines)
            idle = sum(line.is_idle(middle) for line in lines)
            when = f"for {end - begin:g} s, from {begin:g} s on,"
            how_many = f"{counted(there, 'connection')} {were(there)} open"
            how_many += f", {idle} of them idle" if idle else ""
            how_many += (
                f", and {making}{' more' if there else ''} {were(making)} being opened"
                if making
                else ""
            )
            latest = [call for call in self.connects if not is_later(call.started, begin)]
            run.expect(
                there + making <= self.size,
                f"{self.place}{when} {how_many}; `size` was {self.size}",
                at=latest[-1] if latest else None,
                advice="count each connection from the moment in which it is asked for until it is closed, and open none "
                "beyond `size`",
            )
            active = sum(act.started < middle < act.ended for act in self.acts)
            waiting = active - making - asking
            late = [*self.connects.begun_after(begin), *self.asks.begun_after(begin)]
            run.expect(
                waiting <= 0 or (not idle and there + making >= self.size),
                f"{self.place}{when} {counted(waiting, 'call')} waited, while {how_many}; `size` was {self.size}. {self._before(begin)}",
                advice="when a call ends, however it does, one that waits must hear of the connection or of the place that has "
                "become free",
                late=min(late, key=lambda call: call.order, default=None),
            )

    def _before(self, at: float) -> str:
        """How the calls had ended that had ended by then."""
        told = []
        for what, ended in (
            ("failed", [a for a in self.acts if a.error is not None]),
            ("been cancelled", [a for a in self.acts if a.was_cancelled]),
        ):
            number = sum(not is_later(act.ended, at) for act in ended)
            if number:
                told.append(f"{counted(number, 'call')} had {what}")
        return (
            f"By then {' and '.join(told)}"
            if told
            else "No call had failed or been cancelled by then"
        )


@scene
def mornings(case: Case) -> Iterator[Pool]:
    """All goes well."""
    for world in case.explore(orders=True):
        yield from _play(case, world, trouble=False)


@scene
def days(case: Case) -> Iterator[Pool]:
    for world in case.explore(cancel=True):
        yield from _play(case, world, trouble=True)


def _play(case: Case, world: World, *, trouble: bool) -> Iterator[Pool]:
    """One pool, or two at the same time."""
    # Mostly so few places that somebody waits; in some pools there is room for all.
    planned = [_draw(case, world, case.pick([1, 2, 8]), 6, trouble=trouble)]
    if case.pick([False, False, True]):
        planned.append(_draw(case, world, 2, 3, trouble=trouble))
    run = world.attempt_all(*(act for *_, visits in planned for _, act in visits))
    for number, (size, server, visits) in enumerate(planned, 1):
        place = f"in pool {number} of 2, " if len(planned) == 2 else ""
        yield Pool(size, server, visits, run, place)


def _draw(
    case: Case, world: World, most: int, most_visits: int, *, trouble: bool
) -> tuple[int, Server, list[tuple[Question, Act]]]:
    size, longest = case.size(1, most), case.pick([4.0, 90_000.0])
    first = case.integer(0, len(BREAKS) - 1)
    known = []
    for number in range(1, 7):
        kind = case.pick(["fine", "odd", "breaks"])
        error = ValueError("what?") if kind == "odd" else BREAKS[(first + number) % len(BREAKS)]
        is_fine = kind == "fine" or not trouble
        answer = case.pick([f"yes, number {number}", ""])
        lasts = case.duration(0.3, longest)
        known.append(Question(f"question {number}", lasts, answer, None if is_fine else error))
    last = Question("at last", 6.0, "good night", None)
    seconds = [case.duration(0.2, case.pick([2.0, 5_000.0])) for _ in range(most + most_visits)]
    first = case.integer(0, len(REFUSALS) - 1)
    refused = [
        REFUSALS[(first + number) % len(REFUSALS)] if case.integer(0, 3) == 3 and trouble else None
        for number in range(most_visits)
    ]
    server = world.add(Server([*known, last], seconds, refused))
    pool = world.new("Pool", server, size)
    plans = [
        (
            case.integer(0, 5),
            case.duration(0.0, 3.0),
            case.integer(0, 2),
            case.duration(0.1, 6.0),
            case.integer(0, 2),
        )
        for _ in range(most_visits)
    ]
    visits: list[tuple[Question, Act]] = []
    # When the first of them is through, if all goes well: some come, or leave, in that very moment.
    through = seconds[0] + known[plans[0][0]].seconds
    for number, (index, at, comes, patience, leaves) in enumerate(plans):
        if comes == 2:
            at = through
        act = pool.ask(known[index].text).at(at if number else 0.0)
        if comes == 1 and visits:
            act.after(visits[-1][1])
        if trouble and leaves == 1:
            act.cancel_after(patience)
        elif trouble and leaves == 2 and number and at < through:
            act.cancel_after(through - at)
        visits.append((known[index], act))
    visits = visits[: case.size(2, most_visits)]
    # When all of that is over, the whole pool is needed once more.
    over = sum(question.seconds for question, _ in visits) + sum(seconds) + 10.0
    visits += [(last, pool.ask(last.text).at(over)) for _ in range(size + 1)]
    return size, server, visits


@check("Calls share `size` connections, and wait no longer than they must", points=2)
def all_share(case: Case) -> None:
    for pool in mornings(case):
        pool.expect_outcomes()
        pool.expect_connections()
        pool.expect_places()
        pool.run.expect_nothing_left()


@check("Whatever has happened to other calls, all places are there for the next ones", points=3)
def places_come_back(case: Case) -> None:
    for pool in days(case):
        pool.expect_outcomes()
        pool.expect_places()
        pool.run.expect_nothing_left()


@check("A connection that is good is kept, and one that is not is closed", points=2)
def only_good_ones(case: Case) -> None:
    for pool in days(case):
        pool.expect_outcomes()
        pool.expect_connections()


@question
def line_is_dead(case: Case) -> str | None:
    world = case.world()
    known = [
        Question("first", 1.0, "", ConnectionResetError("the line is dead")),
        Question("second", 1.0, "yes", None),
    ]
    server = world.add(Server(known, [1.0, 1.0], []))
    pool = world.new("Pool", server, 1)
    first = pool.ask("first")
    second = pool.ask("second").at(5.0)
    run = world.observe_all(first, second)
    if run.is_deadlocked:
        return "nothing"
    return "answer" if second.error is None else "error"
