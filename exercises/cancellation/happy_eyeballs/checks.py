"""Checks for happy_eyeballs: attempts that begin one by one, a winner, and losers that leave nothing open."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NoReturn, TypeAlias

from checker import (
    Act,
    Call,
    Calls,
    Case,
    ErrorTree,
    Failure,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    listed,
    often,
    question,
    same_time,
    scene,
    shown,
    takes,
)

Plot: TypeAlias = Callable[[list["Line"], float], None]
"""Changes what the addresses of a call do, given its delay."""
KINDS = (ConnectionRefusedError, TimeoutError, OSError, PermissionError)
ONCE = "wait for the failure of the attempt before, for `delay` seconds at the most, and then begin the next one"
CLOSE = (
    "keep a list of the connections that are open, and however connect() ends, close those that it does not "
    "return: in a shielded scope, because a cancelled task gets no further than its next `await`"
)


@dataclass
class Line:
    """What happens at an address."""

    address: str
    seconds: float
    error: OSError | None


class Network(Service):
    """Opens a connection if the address answers. It counts the connections from a number of its own."""

    def __init__(self, lines: list[Line], first: int, closing: float) -> None:
        self.lines = lines
        self.first = first
        self.closing = closing
        self.opened = 0
        self.seconds = {line.address: line.seconds for line in lines}
        self.errors = {line.address: line.error for line in lines}

    @takes(lambda network, address: network.seconds.get(address, 1.0))
    def open(self, address: str) -> int:
        if address not in self.errors:
            raise ValueError(f"{address} is no address")
        error = self.errors[address]
        if error is not None:
            raise error
        self.opened += 1
        return self.first + self.opened - 1

    @takes(lambda network, connection: network.closing)
    def close(self, connection: int) -> None:
        if not 0 <= connection - self.first < self.opened:
            raise ValueError(f"there is no connection {connection}")


@dataclass
class Plan:
    """When each attempt should begin, and when there should be a connection, counted from the call."""

    network: Network
    delay: float
    begins: list[float] = field(default_factory=list)
    won: float = math.inf

    def __post_init__(self) -> None:
        begin = 0.0
        for line in self.network.lines:
            if is_later(begin, self.won):
                return
            self.begins.append(begin)
            end = begin + line.seconds
            if line.error is None:
                self.won = min(self.won, end)
                begin += self.delay
            else:
                begin = min(begin + self.delay, end)


@dataclass(frozen=True)
class Dial:
    """One call of connect, with a network of its own."""

    plan: Plan
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    def fail(
        self,
        message: str,
        *,
        at: Call | ErrorTree | None = None,
        advice: str | None = None,
        late: Call | None = None,
        together: Iterable[Iterable[Call]] = (),
    ) -> NoReturn:
        """As `run.fail`; each message says itself what was raised."""
        self.run.fail(
            self.place + message,
            at=at,
            advice=advice,
            late=late,
            together=together,
            tells_error=True,
        )

    def expect(self, condition: object, message: str, **more: Any) -> None:
        if not condition:
            self.fail(message, **more)

    @property
    def network(self) -> Network:
        return self.plan.network

    @property
    def opens(self) -> Calls:
        return self.run.calls.to(self.network).where(lambda call: call.method == "open")

    @property
    def closes(self) -> Calls:
        return self.run.calls.to(self.network).where(lambda call: call.method == "close")

    @property
    def won(self) -> Call | None:
        """The attempt that had a connection first, or one of them."""
        return min(self.opens.done, key=lambda call: call.ended or 0.0, default=None)

    @property
    def cancelled_at(self) -> float | None:
        return self.act.record.cancelled_at

    def returned(self, opened: Call) -> bool:
        return (
            self.act.error is None
            and not self.act.was_cancelled
            and type(self.act.value) is int
            and self.act.value == opened.reply
        )

    def how_it_ended(self) -> str:
        act = self.act
        if act.error is not None:
            # On trio a group may hold cancellations beside them, each of which is described at length.
            errors = [e for e in act.errors if e.kind != "Cancelled"] or act.errors[:1]
            raised = listed([str(Failure(e.kind, e.message)) for e in errors])
            return f"connect() raised {raised} at {act.ended:g} s"
        if act.was_cancelled:
            return f"connect() was cancelled and ended at {act.ended:g} s"
        return f"connect() returned {shown(act.value)} at {act.ended:g} s"

    def attempt(self, call: Call) -> str:
        """`the attempt at 192.0.2.7 (2 of 5)`."""
        address = call.given["address"]
        known = [line.address for line in self.network.lines]
        place = f" ({known.index(address) + 1} of {len(known)})" if address in known else ""
        return f"the attempt at {shown(address).strip(chr(39))}{place}"

    def expect_outcome(self) -> None:
        """It returned a connection that it had been given and not closed, or raised what the attempts
        had raised; and if there was a reason to, it had two attempts under way at the same time. Unless it
        was cancelled."""
        act = self.act
        if self.cancelled_at is not None:
            return
        self._expect_overlap()
        if act.error is not None:
            foreign = [
                error
                for error in act.errors
                if not any(error.call == call.number for call in self.opens)
            ]
            if foreign:
                won = self.opens.done.first
                seen = "" if self.opens else ", and had called open() for no address"
                seen += f"; open() had returned {won.reply}" if won else ""
                self.fail(
                    self.how_it_ended() + seen,
                    at=foreign[0],
                    advice=advise(foreign[0], self.run.trace.backend)
                    or (
                        "return the number that open() returned, which may be `0`"
                        if won
                        else "raise the errors of the attempts themselves, and nothing else"
                    ),
                )
            return
        if not any(map(self.returned, self.opens.done)):
            replies = [call.reply for call in self.opens.done]
            self.fail(
                f"{self.how_it_ended()}; "
                + (
                    f"open() had returned {listed([shown(reply) for reply in replies])}"
                    if replies
                    else "no attempt had a connection"
                ),
                at=self.opens.done.first,
                advice="return the number that open() returned, which may be `0`"
                if replies
                else "when every attempt has failed, raise the errors, and until then wait",
            )
        kept = next(call for call in self.opens.done if self.returned(call))
        closed = self.closes.given(connection=kept.reply).first
        self.expect(
            closed is None,
            f"{self.how_it_ended()}, and had closed that connection itself",
            at=closed,
            advice="close every connection except the one that is returned",
        )

    def _expect_overlap(self) -> None:
        """One attempt at a time is what the starter does: that earns nothing."""
        for number, (begin, after) in enumerate(pairwise(self.plan.begins)):
            end = min(begin + self.network.lines[number].seconds, self.plan.won)
            if not is_later(end, after) or self.opens.most_in_flight > 1:
                continue
            known = self.opens.given(address=self.network.lines[number].address).first
            if known is None or known.ended is None:
                continue
            self.expect(
                known.outcome != "cancelled",
                f"{self.attempt(known)}, begun at {known.started:g} s, was given up at {known.ended:g} s, and there was no "
                "connection yet",
                at=known,
                advice="`delay` is no time limit: when it is over, the attempt goes on, and the next one begins beside it",
            )
            self.fail(
                f"{self.attempt(known)} was under way from {known.started:g} s to {known.ended:g} s, and no "
                f"other one at the same time. With a delay of {self.plan.delay:g} s, the next should have begun at "
                f"{known.started + self.plan.delay:g} s",
                at=known,
                advice="begin the next attempt while this one is under way: that takes a task for each",
            )

    def expect_begins(self) -> None:
        """Every attempt began when it should, and those after the first connection not at all."""
        begun = self.act.started
        due = {
            line.address: begun + at
            for line, at in zip(self.network.lines, self.plan.begins, strict=False)
        }
        won = begun + self.plan.won
        for opened in self.opens:
            address = opened.given["address"]
            again = self.opens.given(address=address)
            self.expect(
                len(again) == 1,
                f"{self.attempt(opened)} was made {len(again)} times",
                at=again.last,
                advice="try every address once",
            )
            if address not in due:
                self.fail(
                    f"{self.attempt(opened)} began at {opened.started:g} s; there should have been a connection "
                    f"at {won:g} s",
                    at=opened,
                    advice=ONCE,
                )
        before: Call | None = None
        call: Call | None
        for number, line in enumerate(self.network.lines[: len(due)], 1):
            at = due[line.address]
            call = self.opens.given(address=line.address).first
            if call is None:
                if not is_later(won, at):
                    return  # There is a connection at this very instant.
                self.fail(
                    f"attempt {number} of {len(self.network.lines)} should have begun at {at:g} s"
                    f"{self._because(before)}, and never did; {self.how_it_ended()}",
                    at=before,
                    advice="begin attempts until there is a connection or no address is left",
                )
            if not same_time(call.started, at):
                self.fail(
                    f"{self.attempt(call)} began at {call.started:g} s, and should have begun at {at:g} s"
                    f"{self._because(before)}",
                    at=call,
                    advice=ONCE
                    if before is not None
                    else "wait for nothing before the first attempt",
                    late=call if is_later(call.started, at) else None,
                    together=[[c] for c in self.opens] if is_later(call.started, at) else (),
                )
            before = call

    def _because(self, before: Call | None) -> str:
        """Why the attempt after this one was due when it was."""
        if before is None:
            return ", when connect() was called"
        passed = before.started + self.plan.delay
        if before.outcome == "failed" and is_later(passed, before.ended or 0.0):
            return ", when the one before it failed"
        return f", {self.plan.delay:g} s after the one before it"

    def expect_over(self) -> None:
        """When there was a connection, or nothing more to hope for, all was over; but for closing."""
        won = self.won
        if won is not None:
            moment = won.ended or 0.0
            told = f"{self.attempt(won)} had a connection at {moment:g} s"
        else:
            moment = max((call.ended or math.inf for call in self.opens), default=0.0)
            told = f"{'the only attempt' if len(self.opens) == 1 else 'the last attempt'} failed at {moment:g} s"
        self._expect_none_under_way(moment, told)
        self._expect_end(moment, told)

    def expect_all_given_up(self) -> None:
        """It was cancelled: the same, from that moment on."""
        assert self.cancelled_at is not None
        told = f"connect() was cancelled at {self.cancelled_at:g} s"
        self._expect_none_under_way(self.cancelled_at, told)
        self._expect_end(self.cancelled_at, told)

    def _expect_none_under_way(self, moment: float, told: str) -> None:
        for call in self.opens:
            late = is_later(call.started, moment)
            if not late and call.ended is not None and not is_later(call.ended, moment):
                continue
            went_on = (
                f"began at {call.started:g} s"
                if late
                else "was still under way when connect() ended"
                if call.ended is None or is_later(call.ended, self.act.ended)
                else f"went on until {call.ended:g} s"
            )
            self.fail(
                f"{told}; {self.attempt(call)} {went_on}",
                at=call,
                advice="cancel all that is under way at that moment, and begin nothing more: put one cancel scope around "
                "all of it, and shield only the calls of close() from that",
            )

    def _expect_end(self, moment: float, told: str) -> None:
        closing = sum((call.ended or call.started) - call.started for call in self.closes)
        left = self.closes.where(
            lambda call: call.ended is None or is_later(call.ended, self.act.ended)
        ).first
        self.expect(
            left is None,
            f"{self.how_it_ended()}, and had not waited for close({left.given['connection'] if left else ''})",
            at=left,
            advice="wait until what must be closed is closed",
        )
        self.expect(
            not is_later(self.act.ended, moment + closing),
            f"{told}; {self.how_it_ended()}",
            at=self.won,
            advice="let connect() end at that moment: wait for nothing more but for what must be closed",
        )

    def expect_nothing_open(self) -> None:
        """Each connection was returned or closed, and no close was cut short."""
        for call in self.opens.done:
            if self.returned(call):
                continue
            closes = self.closes.given(connection=call.reply)
            told = f"{self.attempt(call)} had connection {call.reply} at {call.ended:g} s"
            cut = closes.where(lambda close: close.outcome == "cancelled").first
            self.expect(
                len(closes.done) <= 1,
                f"{told}, and connect() closed it {often(len(closes.done))}",
                at=closes.done.last,
                advice="close each connection that is not returned once",
            )
            if closes.done:
                continue
            if cut is not None:
                self.fail(
                    f"{told}; its close began at {cut.started:g} s and was cancelled at {cut.ended:g} s, so it stays open",
                    at=cut,
                    advice="close it in a shielded scope: whoever is cancelled is cancelled again at every `await`",
                )
            others = [c for c in self.opens.done if c is not call and self.returned(c)]
            why = f"; {self.how_it_ended()}"
            if self.cancelled_at is not None and not self.act.was_cancelled:
                why += f", cancelled at {self.cancelled_at:g} s"
            elif others:
                why += f", the connection of {self.attempt(others[0])}"
            self.fail(
                f"{told}{why}, and never closed connection {call.reply}", at=call, advice=CLOSE
            )

    def expect_returned(self) -> None:
        """An attempt had a connection, and no error came out in its place."""
        replies = listed([shown(call.reply) for call in self.opens.done])
        self.expect(
            any(map(self.returned, self.opens.done)),
            f"{self.how_it_ended()}; open() had returned {replies}",
            at=self.won,
            advice="return the number that open() returned, which may be `0`",
        )

    def expect_all_errors(self) -> None:
        """No attempt had a connection, and all their errors came out."""
        failed = self.opens.where(lambda call: call.outcome == "failed")
        lost = failed.where(lambda call: not self.act.heard(call)).first
        if lost is not None:
            self.fail(
                f"all {counted(len(failed), 'attempt')} failed; {self.how_it_ended()}, which lacks the very error of "
                f"{self.attempt(lost)}: {lost.failure}",
                at=lost,
                advice="keep the error of each attempt, and raise all of them: `raise ExceptionGroup(text, errors)`",
            )


def _draw(case: Case, world: World, most: int, first: int, plot: Plot | None) -> tuple[Plan, Act]:
    """A call of connect, and what its network has in store. The number of its first connection is `first`."""
    count = case.size(1, most)
    delay = case.pick([0.25, 0.0, 1.5, 0.0625])
    quickest = case.pick([0.05, 0.0])
    slowest = case.pick([1.0, 4.0, 2.0, 20_000.0])
    good = case.integer(0, 2)  # How many of three answer.
    kind, apart = case.integer(0, len(KINDS) - 1), case.pick([1, 0])
    lines = []
    for number in range(count):
        address = f"192.0.2.{number + 1}"
        error = None
        if case.integer(0, 2) >= good:
            # Two errors may be equal in all but which of them it is.
            error = KINDS[(kind + number * apart) % len(KINDS)](
                f"{address} cannot be reached" if apart else "no route to this host"
            )
        lines.append(Line(address, case.duration(quickest, slowest), error))
    if plot is not None and len(lines) > 1:
        plot(lines, delay)
    network = world.add(Network(lines, first, case.duration(0.01, 2.0)))
    plan = Plan(network, delay)
    act = world.call("connect", network, [line.address for line in lines], delay)
    return plan, act


def _tie(lines: list[Line], delay: float) -> None:
    """Let two attempts have a connection at the same instant, the first of all."""
    for number in (0, 1):
        lines[number].error = None
        lines[number].seconds = min(line.seconds for line in lines) + (1 - number) * delay
    if len(lines) > 2 and not delay:
        lines[2].seconds += 1.0


def _fail_late(lines: list[Line], delay: float) -> None:
    """Let the first attempt fail when the second one is under way, and not yet the third."""
    lines[0].error = ConnectionRefusedError(f"{lines[0].address} cannot be reached")
    lines[0].seconds = min(lines[0].seconds, delay / 2) + delay
    lines[1].seconds += 2 * delay


def _all_fail_late(lines: list[Line], delay: float) -> None:
    """Let all attempts be under way at the same time, for nothing."""
    for number, line in enumerate(lines):
        line.error = KINDS[number // 2 % len(KINDS)]("no route to this host")
        line.seconds += len(lines) * delay


PLOTS: list[Plot | None] = [None, _tie, _fail_late, _fail_late, _all_fail_late, _tie]


@scene
def hotels(case: Case) -> Iterator[Dial]:
    for world in case.explore():
        first, plot = case.pick([0, 1, 0, 7]), case.pick(PLOTS)
        planned = [_draw(case, world, 8, first, plot) for _ in range(case.size(1, 2))]
        acts = [act for _, act in planned]
        if len(acts) > 1 and plot is not _all_fail_late and case.pick([True, False]):
            acts[1].after(acts[0])
        run = world.attempt_all(*acts)
        for number, (plan, act) in enumerate(planned, 1):
            yield Dial(plan, act, run, f"in call {number} of 2, " if acts[1:] else "")


@scene
def checkouts(case: Case) -> Iterator[Dial]:
    for world in case.explore(cancel=True):
        plan, act = _draw(case, world, 3, case.pick([0, 1, 0, 7]), case.pick([None, _tie]))
        yield Dial(plan, act, world.attempt_all(act), "")


@check(
    "Each attempt begins when the one before has failed, or the delay is over",
    points=2,
    advice=ONCE,
)
def one_by_one(case: Case) -> None:
    for dial in hotels(case):
        dial.expect_outcome()
        dial.expect_begins()


@check(
    "The first connection ends all other attempts, and is the only one left open",
    points=2,
    advice="cancel everything else as soon as there is a connection",
)
def first_wins(case: Case) -> None:
    for dial in hotels(case):
        dial.expect_outcome()
        if dial.plan.won < math.inf:
            dial.expect_over()
            dial.expect(
                dial.won is not None,
                f"{dial.how_it_ended()}; there should have been a connection at "
                f"{dial.act.started + dial.plan.won:g} s",
                advice="begin attempts until there is a connection or no address is left",
            )
            dial.expect_returned()
            dial.expect_nothing_open()


@check(
    "If no attempt succeeds, all errors come out at once",
    advice="keep the error of each attempt, and raise all of them when the last one has failed",
)
def all_errors(case: Case) -> None:
    for dial in hotels(case):
        dial.expect_outcome()
        if dial.plan.won == math.inf:
            dial.expect_over()
            dial.expect_all_errors()


@check(
    "No connection is left open except the one that is returned, even when it is cancelled",
    points=3,
    advice=CLOSE,
)
def nothing_open(case: Case) -> None:
    for dial in checkouts(case):
        dial.expect_outcome()
        dial.expect_nothing_open()
        dial.run.expect_nothing_left()
        if dial.cancelled_at is None:
            continue
        dial.expect_all_given_up()
        failed = len(dial.opens.where(lambda call: call.outcome == "failed"))
        as_due = (
            any(map(dial.returned, dial.opens.done))
            or (dial.act.error is not None and failed == len(dial.network.lines))
            or dial.act.gave_way(dial.opens)
        )
        dial.expect(
            as_due,
            f"connect() was cancelled at {dial.cancelled_at:g} s; {dial.how_it_ended()}, and its caller heard nothing of "
            "the cancellation",
            advice="let a cancellation out as it is: neither return in its place, nor raise another error",
        )


@question
def three_addresses(case: Case) -> str | None:
    world = case.world()
    lines = [
        Line("2001:db8::1", 75.0, TimeoutError("no answer")),
        Line("192.0.2.1", 1.0, None),
        Line("192.0.2.2", 0.5, None),
    ]
    network = world.add(Network(lines, 0, 0.1))
    run = world.attempt("connect", network, [line.address for line in lines], 0.25)
    if run.error is not None:
        return "raises"
    return {1: "staggered", 75: "slowest", 76: "in_turn"}.get(round(run.elapsed))
