"""Checks for clicks_at_night: what comes first, a number or a time."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import NoReturn

from checker import (
    Act,
    Call,
    Calls,
    Case,
    ClosedResourceError,
    EndOfStream,
    Feed,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    question,
    same,
    same_time,
    scene,
    shown,
    were,
)

ERRORS = (
    TimeoutError("no answer"),
    EndOfStream("nobody there"),
    KeyError("no such table"),
    ClosedResourceError("closed"),
    ValueError("not like this"),
)

WAIT_ON = "let a task wait for the next click all the time: nothing but the end, an error or a cancellation ends that"
AFTER_A_TIME = "let something wait for the time of the batch, counted from its first click, and not only for the next click"
FROM_THE_FIRST = "count `patience` from the first click of each batch, and not from any later one"
NOT_SOONER = "count `patience` from the first click of this batch, and from nothing before it: cancel what counts for an earlier one"
WHEN_FULL = "store a batch as soon as it holds `most` clicks"
THE_REST = "when the clicks have ended, store what is left in the batch"
NO_ORDER = "put each click into the batch that is being filled, once, and begin a new list for the next batch"
OVERLAP = "do not wait for one store() before you go on: start a task for it"
LET_IT_OUT = "let that error out of forward(), and let it cancel whatever else is under way"


class Clicks(Feed):
    """Hands out one click after the other."""

    ends_if_left = True


class Warehouse(Service):
    """Stores any number of batches at the same time, and takes a time of its own for each."""

    def __init__(
        self, seconds: Sequence[float], error: tuple[int, Exception] | None = None
    ) -> None:
        """It raises the `error` in the call of this number."""
        self._next = iter(enumerate(seconds))
        self._error = error

    def store(self, batch: list[str]) -> Generator[float, None, None]:
        number, seconds = next(self._next, (-1, 1.0))
        yield seconds
        if self._error and number == self._error[0]:
            raise self._error[1]


@dataclass(frozen=True)
class Batch:
    """What should have been stored in one call, and when."""

    first: int
    """The place of its first click among all clicks."""
    sizes: range
    """How many clicks it may hold: several numbers if one came just when its time was over."""
    at: float
    why: str
    is_full: bool


@dataclass(frozen=True)
class Shop:
    """One call of forward, with clicks and a warehouse of its own."""

    clicks: Clicks
    warehouse: Warehouse
    most: int
    patience: float
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def turns(self) -> Calls:
        """The calls of the clicks."""
        return self.run.calls.to(self.clicks)

    @property
    def came(self) -> Calls:
        """The calls of the clicks that brought one."""
        return self.turns.done.where(lambda call: call.reply is not None)

    @property
    def end(self) -> Call | None:
        """The call by which one heard that the clicks had ended."""
        return self.turns.done.where(lambda call: call.reply is None).first

    @property
    def stores(self) -> Calls:
        return self.run.calls.to(self.warehouse)

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(lambda call: call.service in (self.clicks, self.warehouse))

    @property
    def failed(self) -> Call | None:
        """The call that failed first, whatever failed then because of that."""
        failed = self.calls.where(lambda call: call.outcome == "failed")
        return min(failed, key=lambda call: call.ended_order or 0, default=None)

    def expect_one_waits(self) -> None:
        for call in self.turns.where(lambda call: call.failed_with(Clicks.BUSY)):
            self.run.fail(
                f"{self.place}at {call.started:g} s somebody asked for the next click, while somebody else waited for it",
                at=call,
                advice="let one task wait for the next click at a time",
                tells_error=True,
            )

    def expect_no_error(self) -> None:
        self.expect_one_waits()
        act = self.act
        if act.error is not None:
            told = act.explained()
            self.run.fail(
                f"{self.place}{told.message}",
                at=act.errors[0],
                advice=advise(act.errors[0], self.run.trace.backend) or told.advice,
                tells_error=True,
            )

    def expect_waited(self) -> None:
        """Somebody waited for the next click at any time, until they ended."""
        run, act = self.run, self.act
        self.expect_no_error()
        free = act.started
        for number, call in enumerate(self.turns):
            if number <= len(self.came):  # After the end, anybody may ask again.
                run.expect(
                    same_time(call.started, free),
                    f"{self.place}"
                    + (f"click {number} came" if number else "forward() was called")
                    + f" at {free:g} s, and nobody waited for the next one before {call.started:g} s",
                    at=call,
                    advice=WAIT_ON,
                )
            free = act.ended if call.ended is None else call.ended
            run.expect(
                call.done,
                f"{self.place}the wait for the next click, begun at {call.started:g} s, was broken off at {free:g} s",
                at=call,
                advice=WAIT_ON,
            )
        run.expect(
            self.turns,
            f"{self.place}forward() returned at {act.ended:g} s, and had not asked for a single click",
            advice="ask for the clicks, one after the other, until they have ended",
        )
        run.expect(
            self.end is not None,
            f"{self.place}{counted(len(self.came), 'click')} had come, and they had not ended; forward() returned at "
            f"{act.ended:g} s",
            at=self.turns.last,
            advice="return no sooner than the clicks end",
        )

    def batches(self) -> Iterator[Batch]:
        """What should have been stored, where the sizes of the batches before it are taken as they were."""
        assert self.end is not None
        came, ended = [call.ended or 0.0 for call in self.came], self.end.ended or 0.0
        first = number = 0
        while first < len(came):
            over = came[first] + self.patience
            full = came[first + self.most - 1] if first + self.most <= len(came) else ended + 1.0
            at = min(over, full, ended)
            least = sum(not is_later(came[first], c) and is_later(at, c) for c in came)
            upto = sum(not is_later(came[first], c) and not is_later(c, at) for c in came)
            sizes = range(max(1, min(least, self.most)), min(upto, self.most) + 1)
            since = f"{self.place}click {first + 1} came at {came[first]:g} s, `patience` was {self.patience:g} s"
            if same_time(at, full) and not same_time(at, over):
                sizes = range(self.most, self.most + 1)
                why = f"{self.place}{counted(self.most, 'click')} had come for a batch by {at:g} s, and `most` was {self.most}"
            elif same_time(at, ended) and not same_time(at, over):
                why = f"{self.place}the clicks ended at {at:g} s, with {counted(upto, 'click')} left in the batch"
            else:
                why = f"{since}, and `most` was {self.most}, so the batch was due at {at:g} s"
            yield Batch(first, sizes, at, why, same_time(at, full))
            if number >= len(self.stores):
                return
            first += max(len(self.stores[number].given["batch"]), 1)
            number += 1

    def expect_batches(self) -> None:
        """Each batch was stored when it was due, and holds what it should."""
        run, texts = self.run, [call.reply for call in self.came]
        number = 0
        for number, batch in enumerate(self.batches(), 1):
            call = self.stores[number - 1] if number <= len(self.stores) else None
            clicks = texts[batch.first : batch.first + batch.sizes[-1]]
            if call is None:
                self._refuse_none(batch)
            stored = call.given["batch"]
            if is_later(batch.at, call.started) and len(stored) < self.most:
                run.fail(
                    f"{batch.why}; {self._tell(stored)} stored at {call.started:g} s",
                    at=call,
                    advice=NOT_SOONER if stored else "store no batch in which nothing is",
                )
            run.expect(
                not is_later(call.started, batch.at),
                f"{batch.why}; {self._tell(stored)} stored at {call.started:g} s",
                at=call,
                advice=self._advice(batch, call),
                late=call,
                together=[[each] for each in self.stores],
            )
            run.expect(
                len(stored) in batch.sizes and same(stored, texts[batch.first :][: len(stored)]),
                f"{batch.why}; the clicks of this batch were {shown(clicks)}, and store() was given {shown(stored)}",
                at=call,
                advice=NO_ORDER
                if stored
                else "begin a new list for each batch, and leave alone what you have handed over",
            )
            run.expect(
                same_time(call.started, batch.at),
                f"{batch.why}; {self._tell(stored)} stored at {call.started:g} s",
                at=call,
                advice=NOT_SOONER,
            )
        more = self.stores[number:]
        run.expect(
            not more,
            f"{self.place}{counted(len(texts), 'click')} had come, and {were(len(texts))} stored by then; "
            f"store() was called again with {shown(more[0].given['batch'])} at {more[0].started:g} s"
            if more
            else "",
            at=more[0] if more else None,
            advice="store each click once, and no batch in which nothing is",
        )

    def _tell(self, stored: list[str]) -> str:
        return f"a batch of {len(stored)} was"

    def _advice(self, batch: Batch, call: Call) -> str:
        """What to do about a batch that was stored too late."""
        last = [each.ended or 0.0 for each in self.came][batch.first + 1 : batch.first + self.most]
        if any(same_time(call.started, at + self.patience) for at in last):
            return FROM_THE_FIRST
        if batch.is_full:
            return WHEN_FULL
        ends = [each.ended or 0.0 for each in self.stores if each is not call]
        if any(same_time(call.started, end + wait) for end in ends for wait in (0, self.patience)):
            return OVERLAP
        return AFTER_A_TIME

    def _refuse_none(self, batch: Batch) -> NoReturn:
        assert self.end is not None
        is_rest = same_time(batch.at, self.end.ended or 0.0)
        self.run.fail(
            f"{batch.why}; that batch was never stored, and forward() returned at {self.act.ended:g} s",
            at=self.stores.last,
            advice=THE_REST if is_rest else WHEN_FULL if batch.is_full else AFTER_A_TIME,
        )

    def expect_stored(self) -> None:
        """All was stored to its end, and counted, and it returned then."""
        run, act = self.run, self.act
        for call in self.stores:
            run.expect(
                call.done,
                f"{self.place}a batch of {len(call.given['batch'])} was given to store() at {call.started:g} s; that call was "
                f"broken off at {call.ended or act.ended:g} s",
                at=call,
                advice="let every call of store() come to its end, and wait for it",
            )
        assert self.end is not None
        ended = self.end.ended or 0.0
        over = max([ended, *(call.ended or 0.0 for call in self.stores)])
        run.expect(
            same_time(act.ended, over),
            f"{self.place}the clicks ended at {ended:g} s, and "
            + (
                f"everything was stored at {over:g} s"
                if self.stores
                else "there was nothing to store"
            )
            + f"; forward() returned at {act.ended:g} s",
            at=self.stores.last,
            advice="when the clicks have ended and all is stored, return at once: cancel what still waits for a time",
        )
        run.expect(
            same(act.value, len(self.stores)),
            f"{self.place}forward() returned {shown(act.value)}; it had stored {len(self.stores)} batches",
            advice="return the number of batches that were stored in this call",
        )

    def expect_right(self) -> None:
        self.expect_waited()
        self.expect_batches()
        self.expect_stored()


@scene
def nights(case: Case) -> Iterator[Shop]:
    for world in case.explore():
        yield from _play(case, world, (8, 4, 3))


@scene
def bad_nights(case: Case) -> Iterator[Shop]:
    for world in case.explore(fail=ERRORS):
        yield from _play(case, world, (4, 3, 3), fails=True)


@scene
def nights_cut_short(case: Case) -> Iterator[Shop]:
    for world in case.explore(cancel=True):
        yield from _play(case, world, (5, 4), is_cut=True)


KINDS = {
    "rest": ("full",),
    "stale": ("full", "timed"),
    "tie": ("tie", "full"),
    "mixed": ("timed", "full", "timed", "tie"),
    "single": ("timed",),
}
"""How its batches end, in turn: one is full; its time is over; or it would be full just when its time is over. With
`rest`, the clicks end soon after a full batch or two, with one click in the next."""


def _play(
    case: Case, world: World, most: Sequence[int], *, fails: bool = False, is_cut: bool = False
) -> Iterator[Shop]:
    """So many shops, with so many clicks at the most. The last one may open when the first has closed."""
    kind, error = case.integer(0, len(KINDS) - 1), case.integer(0, len(ERRORS) - 1)
    failing = case.integer(0, 1)
    planned = []
    for number, largest in enumerate(most):
        failures: list[Exception | None] = [None, None]
        if fails:
            failures[(failing + number) % 2] = ERRORS[(error + 2 * number) % len(ERRORS)]
        planned.append(
            _draw(case, world, [*KINDS][(kind + number) % len(KINDS)], largest, *failures)
        )
    if len(planned) > 2 or case.pick([False, True]):
        planned[-1][-1].after(planned[0][-1])
    if is_cut:
        *_, patience, act = planned[-1]
        act.cancel_after(case.duration(0.05, 4.0) * patience)
    run = world.attempt_all(*(act for *_, act in planned))
    for number, (clicks, warehouse, limit, patience, act) in enumerate(planned, 1):
        place = f"in call {number} of {len(planned)}, "
        yield Shop(clicks, warehouse, limit, patience, act, run, place)


def _draw(
    case: Case,
    world: World,
    kind: str,
    largest: int,
    in_clicks: Exception | None,
    in_store: Exception | None,
) -> tuple[Clicks, Warehouse, int, float, Act]:
    """A shop of one of the KINDS, and what fails in it."""
    patience = case.duration(10.0, case.pick([40.0, 600.0, 200_000.0]))
    most = case.pick([3, 2]) if kind in ("rest", "stale", "tie") else case.pick([3, 1, 20, 2])
    shares = [case.duration(0.2, 0.95) for _ in range(largest + 1)]
    pauses = [case.pick([0.3, 2.0]) for _ in range(2)]
    slow = 0.02 if kind == "rest" else case.pick([0.3, 3.0, 40.0])
    some = [round(case.duration(0.01, slow) * patience, 9) for _ in range(2)]
    seconds = [some[number % 2] for number in range(largest)]
    texts = [case.pick([f"click {number}", "coat", ""]) for number in range(1, largest + 1)]
    failing = case.integer(0, largest)
    count = case.size(0, largest)
    if case.pick([False, True]):  # Some clicks come within a millisecond.
        shares = [share / 2_000 / patience for share in shares]
    if kind == "rest":
        count = min(most * (1 + count % 2) + 1, largest)
        pauses = [0.1]
    if kind in ("stale", "tie"):
        count = max(count, min(most + 1, largest))
    if kind == "stale" and case.pick([True, False]):
        texts = texts[:1] * largest
        pauses = [0.3]
    gaps = _gaps(KINDS[kind], patience, most, shares, pauses)
    items: list[str | Exception] = [*texts[:count]]
    if in_clicks is not None:
        failing %= count + 1
        items[failing:] = [in_clicks]
    clicks = world.add(Clicks(items, gaps))
    full = None if in_store is None else (failing % max(count // most, 1), in_store)
    warehouse = world.add(Warehouse(seconds, full))
    act = world.call("forward", clicks, warehouse, most, patience)
    return clicks, warehouse, most, patience, act


def _gaps(
    plans: Sequence[str],
    patience: float,
    most: int,
    shares: Sequence[float],
    pauses: Sequence[float],
) -> list[float]:
    """How long it takes until each click comes, and at last the end."""
    gaps: list[float] = []
    left = 0.0
    for number, plan in enumerate(cycle(plans)):
        size = most if plan != "timed" or most == 1 else min(most - 1, 1 + number % 3)
        # The first click of a batch comes when the one before it is over, or right after it.
        gaps.append(round(left + shares[len(gaps)] * pauses[number % len(pauses)] * patience, 9))
        left = patience if size < most else 0.0
        spare = patience
        for place in range(1, size):
            if len(gaps) < len(shares):
                is_tie = plan == "tie" and place == size - 1
                gap = spare if is_tie else shares[len(gaps)] * 0.9 / size * patience
                gaps.append(
                    round(gap, 9)
                )  # In whole nanoseconds: a tie is one to the last of them.
                spare -= gaps[-1]
                left = spare if size < most else 0.0
        if len(gaps) >= len(shares):
            break
    return gaps


@check(
    "A batch is stored when it is full, when its time is over, or when the clicks have ended",
    points=3,
    advice=AFTER_A_TIME,
)
def in_time(case: Case) -> None:
    for shop in nights(case):
        shop.expect_waited()
        shop.expect_batches()


@check(
    "It returns when the clicks have ended and all is stored, with the number of batches",
    advice="wait for every store(), and for nothing else",
)
def returns_in_the_end(case: Case) -> None:
    for shop in nights(case):
        shop.expect_waited()
        shop.expect_stored()
        texts = [call.reply for call in shop.came]
        stored = [text for call in shop.stores for text in call.given["batch"]]
        shop.run.expect(
            same(stored, texts),
            f"{shop.place}the clicks were {shown(texts)}; stored was {shown(stored)}",
            at=shop.stores.last,
            advice=THE_REST
            if same(stored, texts[: len(stored)]) and all(c.given["batch"] for c in shop.stores)
            else NO_ORDER,
        )
        shop.run.expect_nothing_left()


@check(
    "An error reaches the caller at once, and ends all that is under way",
    points=2,
    advice=LET_IT_OUT,
)
def errors_come_out(case: Case) -> None:
    for shop in bad_nights(case):
        shop.expect_one_waits()
        failed = shop.failed
        if failed is None:
            shop.expect_right()
            continue
        what = "the clicks" if failed.service is shop.clicks else "store()"
        shop.run.expect_heard(
            shop.act,
            failed,
            shop.calls,
            f"{shop.place}{what} failed at {failed.ended:g} s with {failed.failure}",
            advice=LET_IT_OUT,
        )


@check(
    "Cancelled from outside, it ends at once",
    points=2,
    advice="let a cancellation out at once, whatever is left in the batch",
)
def gives_way(case: Case) -> None:
    for shop in nights_cut_short(case):
        act = shop.act
        if act.record.cancelled_at is None:
            shop.expect_right()
            continue
        shop.expect_one_waits()
        done = shop.end is not None and all(call.done for call in shop.stores)
        shop.run.expect_gave_way(act, shop.calls, done=done, place=shop.place)


@question
def four_clicks(case: Case) -> str | None:
    world = case.world()
    clicks = world.add(Clicks(["a", "b", "c", "d"], [1.0, 1.0, 2.0, 1.0, 55.0]))
    run = world.observe("forward", clicks, world.add(Warehouse([1.0, 1.0])), 3, 10.0)
    stored = [(len(call.given["batch"]), call.started) for call in run.calls_to("store")]
    answers = {
        ((3, 4.0), (1, 15.0)): "by_time",
        ((3, 4.0), (1, 60.0)): "at_the_end",
        ((3, 4.0),): "full_ones",
        ((4, 60.0),): "all_at_once",
    }
    return answers.get(tuple((size, round(at, 6)) for size, at in stored))
