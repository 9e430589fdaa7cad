"""Checks for frozen_signs: a server whose clients are slow, rude, or suddenly gone."""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    ClosedResourceError,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    often,
    question,
    scene,
    shown,
    takes,
)

STOPS = (
    "Town Hall",
    "",
    "Königsplatz",
    "Zoo",
    "Hospital, by the old gate at the far end of the car park",
)
BUSES = ("2 min", "", "Köln 17 min", "cancelled", "now")
ERRORS = (
    ConnectionError("the database is down"),
    BrokenResourceError("the line to the database broke"),
    ValueError("there is no such day"),
    EndOfStream("the database hung up"),
    LookupError("no timetable"),
    TimeoutError("no answer"),
)

HANGS_UP, STAYS = "hangs up", "stays"
POLITE = (HANGS_UP, STAYS)
BREAKS, BREAKS_LATER = "breaks", "breaks while it is sent something"
NO_TEXT, NO_END = "no text", "no end"
RUDE = (BREAKS, BREAKS_LATER, NO_TEXT, NO_END)
WHOLE, TOGETHER, CUT = "a line in each piece", "all lines in one piece", "cut after two bytes"

FOR_EVER = 2_000_000.0
"""Seconds for which a sign that stays says nothing, and longer than all that happens before."""
CLOSING_TIME = 900_000.0
"""When the servers are stopped, in virtual seconds."""
ENDLESS = (b"tram " * 14, "€".encode() * 24)
"""Pieces of a line without an end; in the second one, a character is three bytes."""
MUST_CLOSE, MAY_CLOSE = 200, 60
"""How many bytes without an end of line a server must not put up with, and how many it has to."""

CLOSE = "close a connection on every way out of the code that uses it: an error is one, and so is a cancellation"
KEEP = "keep a connection until the sign has hung up, or is of no more use for one of the reasons in the brief"
JOIN = (
    "a line may come in any number of pieces, and a piece may end in the middle of a character: join the bytes up to the "
    "end of the line, and decode them then"
)
GO_ON = "wait for the next piece as soon as a sign has all its answers, until it has hung up"
EACH_ITS_TASK = "give each connection a task of its own, and accept the next one at once, however many are connected"


class Sign(Service):
    """The connection to a sign. Each piece of what it sends comes some time after somebody begins to wait for it."""

    def __init__(
        self, pieces: Sequence[bytes], ending: str, gaps: Sequence[float], line: float
    ) -> None:
        self.pieces = pieces
        self.ending = ending
        self.gaps = gaps
        self.line = line
        """Seconds that it takes to send something."""
        self.taken = 0
        self.is_closed = False
        self._busy: set[str] = set()

    def receive(self) -> Generator[float, None, bytes]:
        self._begin("receiving")
        number = self.taken
        try:
            if number < len(self.pieces):
                yield self.gaps[number % len(self.gaps)]
            elif number == len(self.pieces):
                yield FOR_EVER if self.ending == STAYS else self.gaps[number % len(self.gaps)]
        finally:
            self._busy.discard("receiving")
        self.taken += 1
        if number < len(self.pieces):
            return self.pieces[number]
        raise BrokenResourceError if self.ending == BREAKS else EndOfStream

    def send(self, data: bytes) -> Generator[float, None, None]:
        self._begin("sending")
        try:
            yield self.line
        finally:
            self._busy.discard("sending")
        if self.ending == BREAKS_LATER:
            raise BrokenResourceError

    def aclose(self) -> Generator[float, None, None]:
        self.is_closed = True
        yield 0.0

    def _begin(self, doing: str) -> None:
        if self.is_closed:
            raise ClosedResourceError
        if doing in self._busy:
            raise RuntimeError(f"another task is {doing} on this connection")
        self._busy.add(doing)


class Entrance(Service):
    """Lets one sign after the other in."""

    def __init__(self, signs: Sequence[Sign], gaps: Sequence[float]) -> None:
        self._coming = iter(zip(signs, gaps, strict=False))
        self._is_awaited = False

    def accept(self) -> Generator[float, None, Sign]:
        if self._is_awaited:
            raise RuntimeError("another task is accepting")
        self._is_awaited = True
        try:
            sign, gap = next(self._coming, (None, FOR_EVER))
            yield gap
        finally:
            self._is_awaited = False
        assert sign is not None
        return sign


class Timetable(Service):
    def __init__(
        self, seconds: dict[str, float], failing: int = 0, error: Exception | None = None
    ) -> None:
        """It raises the `error`, if any, in the call of the number `failing`, from 1."""
        self.seconds = seconds
        self._failing = failing
        self._error = error
        self._asked = 0

    @takes("seconds")
    def next_bus(self, stop: str) -> str:
        self._asked += 1
        if self._error is not None and self._asked == self._failing:
            raise self._error
        return BUSES[STOPS.index(stop)] if stop in STOPS else "unknown"


def answer_for(stop: str) -> bytes:
    return f"{BUSES[STOPS.index(stop)]}\n".encode()


@dataclass(frozen=True)
class Asked:
    """A line that a sign has sent."""

    stop: str
    due: float
    """When it has come, and the one before it has been answered."""


@dataclass(frozen=True)
class Over:
    """When a connection was of no more use, and why."""

    at: float
    """When it should have been closed at the latest: when all was answered that had been asked before."""
    why: str
    advice: str
    first: float
    """When it might have been."""


class Visit:
    """A sign that was let in, and what became of it."""

    def __init__(self, name: str, accepted: Call, calls: Calls) -> None:
        self.name = name
        self.accepted = accepted
        self.receives = calls.where(lambda call: call.method == "receive")
        self.sends = calls.where(lambda call: call.method == "send")
        self.closes = calls.where(lambda call: call.method == "aclose")
        self.asked: list[Asked] = []
        self.over: Over | None = None
        self.rest = b""
        """What has come of a line that has not ended."""
        self.dues = [accepted.ended or 0.0]
        """When somebody should have begun to wait for each of the pieces, at the latest."""
        self._listen()

    @property
    def closed(self) -> float:
        return self.closes[0].started if self.closes else math.inf

    def _listen(self) -> None:
        for call in self.receives:
            came = call.ended or 0.0
            if call.outcome == "failed":
                hung_up = call.failed_with(EndOfStream())
                self._end(
                    came, f"receive() had raised {call.failure}", CLOSE, answers_first=hung_up
                )
            if not call.done or self.over is not None:
                break
            assert isinstance(call.reply, bytes)
            *lines, self.rest = (self.rest + call.reply).split(b"\n")
            for line in lines:
                try:
                    due = max(came, self.answered(len(self.asked)))
                    self.asked.append(Asked(line.decode(), due))
                except UnicodeDecodeError:
                    self._end(came, f"it had sent {shown(line)}", CLOSE)
                    break
            if len(self.rest) >= MUST_CLOSE:
                why = f"it had sent {len(self.rest)} bytes without an end of line"
                self._end(
                    came,
                    why,
                    "count the bytes of a line that has not ended, not its characters, before you wait for more of it",
                )
            if self.over is None:
                self.dues.append(max(came, self.answered(len(self.asked))))
        broken = self.sends.where(lambda call: call.outcome == "failed").first
        if broken is not None:
            self.over = Over(
                broken.ended or 0.0,
                "send() had raised BrokenResourceError",
                CLOSE,
                broken.ended or 0.0,
            )

    def _end(self, came: float, why: str, advice: str, *, answers_first: bool = False) -> None:
        if self.over is None:
            answered = max(came, self.answered(len(self.asked)))
            self.over = Over(answered, why, advice, answered if answers_first else came)

    @property
    def due(self) -> bytes:
        """All that should be sent to it, in the end."""
        return b"".join(answer_for(each.stop) for each in self.asked)

    def begun(self, number: int) -> Call | None:
        """The call by which somebody began to send the answer of this number, from 0."""
        return self._sending(sum(len(answer_for(each.stop)) for each in self.asked[:number]))

    def answered(self, count: int) -> float:
        """When so many questions had been answered; infinity if they had not."""
        if count == 0:
            return self.accepted.ended or 0.0
        call = self._sending(sum(len(answer_for(each.stop)) for each in self.asked[:count]) - 1)
        return call.ended or math.inf if call is not None and call.done else math.inf

    def _sending(self, place: int) -> Call | None:
        """The call that sent the byte at this place."""
        end = 0
        for call in self.sends:
            end += len(call.given["data"])
            if place < end:
                return call
        return None


@dataclass(frozen=True)
class Town:
    """One call of serve(), with signs and a timetable of its own."""

    entrance: Entrance
    timetable: Timetable
    signs: list[Sign]
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def accepts(self) -> Calls:
        return self.run.calls.to(self.entrance)

    @property
    def lookups(self) -> Calls:
        return self.run.calls.to(self.timetable)

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(
            lambda call: call.service in (self.entrance, self.timetable, *self.signs)
        )

    def visits(self) -> list[Visit]:
        return [
            Visit(f"sign {number}", call, self.run.calls.to(call.reply))
            for number, call in enumerate(self.accepts.done, 1)
            if isinstance(call.reply, Sign)
        ]

    def is_due(self, moment: float) -> bool:
        """Whether that was before serve() ended."""
        return is_later(self.act.ended, moment)

    # --- what each check asks for ---

    def expect_served(self) -> None:
        """Whoever came was let in, heard and answered at once, and nothing else was done."""
        if self.act.record.cancelled_at is None and not self.failed:
            self._refuse_end()
        self._expect_accepts()
        visits = self.visits()
        for visit in visits:
            self._expect_heard(visit)
        self._expect_lookups(visits)
        for visit in visits:
            self._expect_answers(visit)

    def _refuse_end(self) -> NoReturn:
        """Fail the check: it ended, and nobody had cancelled it."""
        if not self.act.errors:
            self.run.fail(
                f"{self.place}serve() returned at {self.act.ended:g} s",
                advice="go on until somebody cancels serve()",
            )
        error = self.act.errors[0]
        message = self.act.explained().message
        if error.kind == "UnicodeDecodeError":  # Its own words are about a byte and a position.
            message = f"serve() raised {error.kind} at {self.act.ended:g} s"
        self.run.fail(
            f"{self.place}{message}",
            at=error,
            advice=advise(error, self.run.trace.backend)
            or "what goes wrong with one sign is not the end of serve(): catch what receive() and send() raise, and what is "
            "wrong with a line, where that sign is served",
            tells_error=True,
        )

    @property
    def failed(self) -> Call | None:
        """The call in which the timetable failed."""
        return self.lookups.where(lambda call: call.outcome == "failed").first

    def _expect_accepts(self) -> None:
        due, since = self.act.started, f"serve() was called at {self.act.started:g} s"
        for number, call in enumerate([*self.accepts, None], 1):
            if not self.is_due(due):
                return
            seen = f"{self.place}{since}, and accept() was "
            self.run.expect(
                call is not None and not is_later(call.started, due),
                seen
                + (
                    f"called at {call.started:g} s" if call is not None else "not called after that"
                ),
                at=call,
                advice=EACH_ITS_TASK,
                late=call,
                together=[[other] for other in self.calls],
            )
            if call is None or not call.done:
                return
            due, since = call.ended or 0.0, f"sign {number} had connected at {call.ended:g} s"

    def _expect_heard(self, visit: Visit) -> None:
        """Somebody waited for each piece that the sign sent, and closed the connection when it was of no more use."""
        run, close = self.run, visit.closes.first
        if close is None and not visit.receives and not self.is_due(visit.accepted.ended or 0.0):
            return  # It came in the very instant in which serve() ended.
        is_endless = len(visit.rest) > MAY_CLOSE
        if close is not None and self.is_due(close.started) and not is_endless:
            latest = visit.receives.done.last
            run.expect(
                visit.over is not None and not is_later(visit.over.first, close.started),
                f"{self.place}the connection of {visit.name} was closed at {close.started:g} s, and there was no reason to close it yet"
                + (f"; the latest piece that had come was {shown(latest.reply)}" if latest else ""),
                at=close,
                advice=JOIN if visit.rest else KEEP,
            )
        for number, due in enumerate(visit.dues):
            if not self.is_due(due) or (is_endless and number == len(visit.receives)):
                break
            call = visit.receives[number] if number < len(visit.receives) else None
            since = self.place + (
                f"{visit.name} connected at {due:g} s"
                if number == 0
                else f"{visit.name} had sent something, and had all its answers, at {due:g} s"
            )
            run.expect(
                call is not None and not is_later(call.started, due),
                f"{since}, and receive() was "
                + (
                    f"called at {call.started:g} s" if call is not None else "not called after that"
                ),
                at=call or visit.accepted,
                advice=EACH_ITS_TASK if number == 0 else GO_ON,
                late=call,
                together=[[other] for other in self.calls],
            )
        if visit.over is None and self.is_due(visit.closed):
            return
        over = visit.over
        if over is not None and self.is_due(over.at):
            told = f"{visit.name}: {over.why} at {over.at:g} s, and its connection was not closed"
        else:
            over = Over(self.act.ended, "", CLOSE, self.act.ended)
            told = (
                f"serve() ended at {over.at:g} s, and the connection of {visit.name} was not closed"
            )
        run.expect(
            close is not None and not is_later(close.started, over.at),
            f"{self.place}{told}" + (f" until {close.started:g} s" if close is not None else ""),
            at=close or visit.receives.last or visit.accepted,
            advice=over.advice,
        )

    def _expect_lookups(self, visits: Sequence[Visit]) -> None:
        """Each question was looked up in time, and nothing else was."""
        run = self.run
        strange = self.lookups.where(lambda call: call.given["stop"] not in STOPS).first
        if strange is not None:
            run.fail(
                f"{self.place}next_bus() was called with {shown(strange.given['stop'])}, and no sign has sent such a line",
                at=strange,
                advice="look up what stands before the end of a line, and nothing else",
            )
        for stop in STOPS:
            calls = self.lookups.given(stop=stop)
            asked = [(visit, each) for visit in visits for each in visit.asked if each.stop == stop]
            run.expect(
                len(calls) <= len(asked),
                f"{self.place}next_bus({stop!r}) was called {often(len(calls))}, and {counted(len(asked), 'line')} with that had come",
                at=calls.last,
                advice="look up each line once, and only what stands before its end",
            )
            dues = (each.due for visit, each in asked if is_later(visit.closed, each.due))
            for number, due in enumerate(sorted(dues)):
                if not self.is_due(due):
                    break
                call = calls[number] if number < len(calls) else None
                run.expect(
                    call is not None and not is_later(call.started, due),
                    f"{self.place}by {due:g} s, a sign had sent {stop!r} and had been answered all that it had asked before; "
                    + (
                        f"next_bus({stop!r}) was called at {call.started:g} s"
                        if call is not None
                        else f"next_bus({stop!r}) was called {often(len(calls))}, and not for that"
                    ),
                    at=call,
                    advice="look each line up as soon as it has come, whatever else is under way"
                    if call is not None
                    else "look every line up, also if somebody has asked for the same stop before",
                    late=call,
                    together=[[other] for other in self.calls],
                )

    def _expect_answers(self, visit: Visit) -> None:
        """It was sent the answers to its questions in their order, each as soon as it was known."""
        run = self.run
        sent = b"".join(call.given["data"] for call in visit.sends)
        run.expect(
            visit.due.startswith(sent),
            f"{self.place}{visit.name} was sent {shown(sent)}; the answers to its questions are {shown(visit.due)}",
            at=visit.sends.last,
            advice="send each sign the answers to its own questions, in their order, with one end of line behind each",
        )
        for number, asked in enumerate(visit.asked):
            due = asked.due + self.timetable.seconds[asked.stop]
            if not self.is_due(due) or not is_later(visit.closed, due):
                break
            call = visit.begun(number)
            run.expect(
                call is not None and not is_later(call.started, due),
                f"{self.place}the answer to {visit.name}, {shown(answer_for(asked.stop))}, was known at {due:g} s, and "
                + (f"sent at {call.started:g} s" if call is not None else "not sent"),
                at=call,
                advice="send an answer as soon as it is known, whatever other signs are doing",
                late=call,
                together=[[other] for other in self.calls],
            )

    def expect_end(self) -> None:
        """It ended at once, when it was cancelled or the timetable had failed."""
        act, run = self.act, self.run
        failed = self.failed
        if failed is not None and (
            act.record.cancelled_at is None
            or is_later(act.record.cancelled_at, failed.ended or 0.0)
        ):
            run.expect_heard(
                act,
                failed,
                self.calls,
                f"{self.place}next_bus() failed at {failed.ended:g} s with {failed.failure}",
                advice="let an error of the timetable out of serve(): catch what connections raise only where they raise it",
            )
            return
        if act.record.cancelled_at is not None:
            run.expect_gave_way(act, self.calls, done=failed is not None, place=self.place)


@scene
def quiet_days(case: Case) -> Iterator[Town]:
    for world in case.explore():
        yield from _play(case, world, case.pick([POLITE, (STAYS,)]))


@scene
def rough_days(case: Case) -> Iterator[Town]:
    for world in case.explore():
        yield from _play(case, world, (*RUDE, *POLITE))


@scene
def bad_days(case: Case) -> Iterator[Town]:
    for world in case.explore():
        yield from _play(case, world, (*POLITE, *RUDE), most=4, fails=True)


@scene
def last_days(case: Case) -> Iterator[Town]:
    for world in case.explore(cancel=True):
        yield from _play(case, world, (*POLITE, *RUDE), most=4)


def _play(
    case: Case, world: World, endings: Sequence[str], *, most: int = 12, fails: bool = False
) -> Iterator[Town]:
    """Two servers at the same time, each in a town of its own."""
    first = case.integer(0, len(ERRORS) - 1)
    errors = [ERRORS[(first + number) % len(ERRORS)] if fails else None for number in range(2)]
    planned = [
        _draw(case, world, endings, of_town, error)
        for of_town, error in zip((most, 3 if fails else 1), errors, strict=True)
    ]
    run = world.attempt_all(*(act.cancel_after(CLOSING_TIME) for *_, act in planned))
    for number, (entrance, timetable, signs, act) in enumerate(planned, 1):
        yield Town(entrance, timetable, signs, act, run, f"in town {number} of 2, ")


def _draw(
    case: Case, world: World, endings: Sequence[str], most: int, error: Exception | None
) -> tuple[Entrance, Timetable, list[Sign], Act]:
    first = case.integer(0, len(endings) - 1)
    longest = case.pick([3.0, 20_000.0])
    signs = [
        _draw_sign(case, endings[(first + number) % len(endings)], longest)
        for number in range(most)
    ][: case.size(0, most)]
    gaps = [case.duration(0.1, longest) for _ in range(most)]
    seconds = {stop: case.duration(0.1, longest) for stop in STOPS}
    failing = case.integer(1, 3) if error is not None else 0
    entrance = world.add(Entrance(signs, gaps))
    timetable = world.add(Timetable(seconds, failing, error))
    for sign in signs:
        world.add(sign)
    return entrance, timetable, signs, world.call("serve", entrance, timetable)


def _draw_sign(case: Case, ending: str, longest: float) -> Sign:
    lines = [f"{case.pick(STOPS)}\n".encode() for _ in range(3)][: case.size(0, 3)]
    rest = case.pick([b"", b"Zo"])
    if ending == NO_TEXT:
        lines.append(b"Z\xf6lch\n")
    cut = case.pick([WHOLE, TOGETHER, CUT])
    pieces = lines
    if cut == TOGETHER and lines:
        pieces = [b"".join(lines)]
    elif cut == CUT:
        pieces = [piece for line in lines for piece in (line[:2], line[2:]) if piece]
    if ending == NO_END:
        pieces = [*pieces, *[case.pick(ENDLESS)] * 4]
    elif ending != NO_TEXT and rest:
        pieces = [*pieces, rest]
    return Sign(
        pieces,
        ending,
        [case.duration(0.1, longest) for _ in range(2)],
        case.duration(0.05, longest),
    )


@check("No sign waits for another one", points=3)
def nobody_waits(case: Case) -> None:
    for town in quiet_days(case):
        town.expect_served()
        town.expect_end()
        town.run.expect_nothing_left()


@check("Whatever one sign does, nobody else notices, and its connection is closed", points=3)
def rude_signs(case: Case) -> None:
    for town in rough_days(case):
        town.expect_served()
        town.expect_end()


@check("When the timetable fails, that is heard at once, and no connection stays open", points=2)
def failure_heard(case: Case) -> None:
    for town in bad_days(case):
        town.expect_end()
        town.expect_served()
        town.run.expect_nothing_left()


@check("Whenever it is stopped, it ends at once, and no connection stays open", points=2)
def all_closed(case: Case) -> None:
    for town in last_days(case):
        town.expect_end()
        town.expect_served()
        town.run.expect_nothing_left()


@question
def two_signs(case: Case) -> str | None:
    world = case.world()
    signs = [world.add(Sign([b"Zoo\n"], STAYS, [1.0], 0.5)) for _ in range(2)]
    entrance = world.add(Entrance(signs, [1.0, 1.0]))
    timetable = world.add(Timetable(dict.fromkeys(STOPS, 1.0)))
    run = world.observe_all(world.call("serve", entrance, timetable).cancel_after(3600.0))
    answered = [
        sign for sign in signs if run.calls.to(sign).where(lambda call: call.method == "send")
    ]
    return {0: "none", 1: "first", 2: "both"}[len(answered)]
