"""Checks for nightly_import: a limited buffer lets the slow side set the pace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
    WouldBlock,
    advise,
    check,
    counted,
    is_later,
    question,
    same,
    scene,
    shown,
    takes,
    were,
)

ERRORS = (
    ConnectionError("no answer"),
    ValueError("not a price"),
    ClosedResourceError("the line was closed"),
    BrokenResourceError("the line is broken"),
    WouldBlock("try again later"),
)


LIMIT = "limit what lies between the two sides, so that the one that reads waits until something has been taken out"
IN_HAND = "count every row that has been read: also the one that lies in no buffer, because its send() still waits"
MORE = "go on until next_row() has returned None"


MOST_ROOM = 4
"""In most calls; in some, there is `MUCH_ROOM`."""

MUCH_ROOM = 11
THE_END = EndOfStream("the line ends here")
"""The error that is taken for something else most often."""
SLOW_SHOP = ((0.1, 0.5), (1.0, 30_000.0))
SLOW_SOURCE = ((0.1, 200_000.0), (0.1, 5.0))
"""How long it takes to read a row, and to store one: the least and the most of seconds."""


class Source(Service):
    """Has some rows, each of which takes a time of its own."""

    def __init__(self, rows: Sequence[str], seconds: Sequence[float]) -> None:
        self.rows = rows
        self.seconds = seconds
        self.read = 0

    @takes(lambda self: self.seconds[self.read])
    def next_row(self) -> str | None:
        if self.read == len(self.rows):
            return None
        self.read += 1
        return self.rows[self.read - 1]


class Shop(Service):
    """Takes a time of its own for each row, and may fail after some of them."""

    def __init__(self, seconds: Sequence[float], ends_before: int) -> None:
        self._seconds = iter(seconds)
        self.left = ends_before

    @takes(lambda self, row: next(self._seconds, 1.0))
    def store(self, row: str) -> None:
        if self.left == 0:
            raise THE_END
        self.left -= 1


@dataclass(frozen=True)
class Night:
    """One call of copy_rows, with a source and a shop of its own."""

    source: Source
    shop: Shop
    room: int
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def asked(self) -> Calls:
        return self.run.calls.to(self.source)

    @property
    def read(self) -> Calls:
        """The calls that brought a row."""
        return self.asked.done.where(lambda call: call.reply is not None)

    @property
    def end(self) -> Call | None:
        """The call by which one heard that there are no more rows."""
        return self.asked.done.where(lambda call: call.reply is None).first

    @property
    def stores(self) -> Calls:
        return self.run.calls.to(self.shop)

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(lambda call: call.service in (self.source, self.shop))

    def expect_turns(self) -> None:
        """Neither the source nor the shop was called twice at the same time, nor the source after its end."""
        for calls in (self.asked, self.stores):
            for before, after in pairwise(calls):
                self.run.expect(
                    before.ended_order is not None and before.ended_order < after.order,
                    f"{self.place}at {after.started:g} s {after.method}() was called while another call of it, begun at "
                    f"{before.started:g} s, had not ended",
                    at=after,
                    advice=f"call {after.method}() once at a time: wait until it has returned",
                )
                self.run.expect(
                    after.service is self.shop or not before.done or before.reply is not None,
                    f"{self.place}next_row() had returned None at {before.ended or 0.0:g} s, and was called again at "
                    f"{after.started:g} s",
                    at=after,
                    advice="when next_row() has returned None, do not call it again",
                )

    def expect_copied(self) -> None:
        """All rows were read and stored, in order, and the number of them was returned."""
        act, run = self.act, self.run
        if act.error is not None:
            self._refuse_error()
        self.expect_turns()
        latest = self.read.last
        run.expect(
            self.end,
            f"{self.place}copy_rows() returned {shown(act.value)} at {act.ended:g} s, "
            + (
                f"and the source had not come to its end: the last row that had been read was {shown(latest.reply)}"
                if latest is not None
                else "and next_row() had never returned None"
            ),
            at=latest,
            advice=f"{MORE}: '' is a row like any other" if latest and latest.reply == "" else MORE,
        )
        due = [call.reply for call in self.read]
        stored = [call.given["row"] for call in self.stores.done]
        run.expect(
            same(stored, due),
            f"{self.place}the source had {shown(due)}, and the shop stored {shown(stored)}",
            at=self.stores.last,
            advice="store each row once, in the order in which they were read: drop none, not even if there is no room for "
            "it yet",
        )
        run.expect(
            same(act.value, len(due)),
            f"{self.place}copy_rows() returned {shown(act.value)}; {counted(len(due), 'row')} {were(len(due))} stored",
            advice="return how many rows were stored in this call",
        )

    def _refuse_error(self) -> NoReturn:
        """Fail the check: an error came out, and no call had failed."""
        told, error = self.act.explained(), self.act.errors[0]
        advice = advise(error, self.run.trace.backend) or told.advice
        if error.kind == "WouldBlock":
            advice = "what waits for nothing fails when there is no room: let the side that reads wait, with send()"
        self.run.fail(
            f"{self.place}{told.message}; `room` was {self.room}",
            at=error,
            advice=advice,
        )

    def stretches(self) -> Iterator[tuple[float, float, int]]:
        """From when until when how many rows waited."""
        moments = {self.act.started, self.act.ended}
        for call in self.calls:
            moments |= {call.started, self.run.elapsed if call.ended is None else call.ended}
        for begin, end in pairwise(sorted(moments)):
            if is_later(end, begin):  # What happens in one instant happens in any order.
                middle = (begin + end) / 2
                read = sum((call.ended or 0.0) < middle for call in self.read)
                begun = sum(call.started < middle for call in self.stores)
                yield begin, end, read - begun


@scene
def nights(case: Case) -> Iterator[Night]:
    for world in case.explore():
        yield from _play(case, world, may_fail=False)


@scene
def troubles(case: Case) -> Iterator[Night]:
    for world in case.explore(fail=ERRORS, cancel=True):
        yield from _play(case, world, may_fail=True)


def _play(case: Case, world: World, *, may_fail: bool) -> Iterator[Night]:
    """Two nights, the second of which may begin when the first is over."""
    room = case.integer(1, MOST_ROOM)
    other = case.pick([MOST_ROOM + 1 - room, room])
    if case.pick([False, False, True]):
        first = _draw(case, world, MUCH_ROOM + 3, MUCH_ROOM, may_fail=may_fail, fills_up=True)
    else:
        first = _draw(case, world, 7, room, may_fail=may_fail)
    planned = [first, _draw(case, world, 5, other, may_fail=may_fail)]
    if case.pick([False, True]):
        planned[1][-1].after(planned[0][-1])
    run = world.attempt_all(*(act for *_, act in planned))
    for number, (source, shop, room, act) in enumerate(planned, 1):
        yield Night(source, shop, room, act, run, f"in call {number} of 2, ")


def _draw(
    case: Case, world: World, most: int, room: int, *, may_fail: bool, fills_up: bool = False
) -> tuple[Source, Shop, int, Act]:
    """A night. Either side may be the slow one, unless there are to be as many rows waiting as may."""
    coming, storing = SLOW_SHOP if fills_up else case.pick([SLOW_SHOP, SLOW_SOURCE])
    # What is drawn for a row does not depend on how many there are: so a failure is shrunk better.
    rows = [case.pick([f"row {number}", "salt 2", ""]) for number in range(1, most + 1)]
    seconds = [case.duration(*coming) for _ in range(most + 1)]
    fails = may_fail and case.pick([False, True])
    ends_before = case.integer(0, 2) if fails else most
    shop = world.add(Shop([case.duration(*storing) for _ in range(most)], ends_before))
    rows = rows if fills_up else rows[: case.size(0, most)]
    source = world.add(Source(rows, seconds))
    return source, shop, room, world.call("copy_rows", source, shop, room)


@check("No more rows wait than there is room for", points=3)
def bounded(case: Case) -> None:
    for night in nights(case):
        night.expect_copied()
        # Who exceeds it by more than one is told something else.
        for begin, end, waiting in night.stretches():
            if waiting > night.room + 1:
                _tell_too_many(night, begin, end, waiting, LIMIT)
        for begin, end, waiting in night.stretches():
            if waiting > night.room:
                _tell_too_many(night, begin, end, waiting, IN_HAND)


def _tell_too_many(night: Night, begin: float, end: float, waiting: int, advice: str) -> NoReturn:
    """Fail the check: more rows waited than there was room for."""
    last = night.read.where(lambda call: not is_later(call.ended or 0.0, begin)).last
    night.run.fail(
        f"{night.place}from {begin:g} s to {end:g} s {counted(waiting, 'row')} {were(waiting)} waiting; there was room for "
        f"{night.room}",
        at=last,
        advice=advice,
    )


@check(
    "The source and the shop are at work whenever there is room, and something to store", points=2
)
def no_slower(case: Case) -> None:
    for night in nights(case):
        night.expect_copied()
        run, act, end = night.run, night.act, night.end
        over = max(call.ended or 0.0 for call in night.calls)
        run.expect(
            not is_later(act.ended, over),
            f"{night.place}all rows had been stored at {over:g} s, and copy_rows() returned at {act.ended:g} s",
            advice="return when next_row() has returned None and all rows have been stored, and wait for nothing else",
        )
        for begin, until, waiting in night.stretches():
            middle = (begin + until) / 2
            when = f"{night.place}from {begin:g} s to {until:g} s {counted(waiting, 'row')} {were(waiting)} waiting"
            late = night.stores.begun_after(begin).first
            run.expect(
                waiting <= 0 or night.stores.under_way(middle),
                f"{when}, and the shop stored none",
                at=late,
                advice="let a row that has been read go to the shop as soon as the shop is free",
                late=late,
            )
            is_over = end is not None and (end.ended or 0.0) < middle
            late = night.asked.begun_after(begin).first
            run.expect(
                waiting >= night.room or is_over or night.asked.under_way(middle),
                f"{when}, there was room for {night.room}, and nobody asked the source for the next one",
                at=late,
                advice="read on while the shop is storing, as long as there is room for another row",
                late=late,
                together=[night.asked, night.stores],
            )
        run.expect_nothing_left()


@check("An error or a cancellation reaches the caller at once", points=2)
def errors_come_out(case: Case) -> None:
    for night in troubles(case):
        act, run, calls = night.act, night.run, night.calls
        failures = sorted(
            calls.where(lambda call: call.outcome == "failed"), key=lambda call: call.ended or 0.0
        )
        failed = next(filter(act.heard, failures), next(iter(failures), None))
        night.expect_turns()
        if act.record.cancelled_at is not None:
            run.expect_gave_way(
                act,
                calls,
                done=night.end is not None and len(night.stores.done) == len(night.read),
                place=night.place,
            )
            continue
        if failed is None:
            night.expect_copied()
            continue
        what = "the shop" if failed.service is night.shop else "the source"
        run.expect_heard(
            act,
            failed,
            calls,
            f"{night.place}{what} failed at {failed.ended:g} s with {failed.failure}",
            advice="let that error out of copy_rows(): a source that fails is not at its end, and a shop that fails has not "
            "stored the row",
        )


@question
def five_rows(case: Case) -> str | None:
    world = case.world()
    source = world.add(Source([f"row {number}" for number in range(1, 6)], [1.0] * 6))
    shop = world.add(Shop([10.0] * 5, 5))
    act = world.call("copy_rows", source, shop, 1)
    run = world.observe_all(act)
    if len(run.calls.to(shop).done) < 5:
        return "dropped"
    most = max(waiting for *_, waiting in Night(source, shop, 1, act, run, "").stretches())
    return {0: "none", 1: "one", 4: "all"}.get(most)
