"""Checks for looking_for_the_card: orders and payments, one at a time for each table."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NoReturn

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
    is_later,
    listed,
    often,
    question,
    same_time,
    scene,
    shown,
    takes,
)

DISHES = ("soup", "bread", "trout", "wine", "figs", "coffee", "cheese", "water")
ERRORS = [
    PermissionError("the card is refused"),
    ValueError("no such card"),
    ConnectionError("the bank does not answer"),
    RuntimeError("the terminal is out of paper"),
    KeyError("card"),
]

FROM_READ_TO_WRITE = (
    "from the read of a bill to its write, nobody else may read or write the bill of that table, not even while the "
    "card is looked for"
)
EACH_ITS_OWN = "a table needs to wait for itself alone: let different tables, and different `Bills`, have nothing in common"
AT_ONCE = "wake whoever waits for a table the moment it is free: no clock, and no other table"
WHAT_WAS_CHARGED = (
    "let `pay` charge what it has read, once, even if that is nothing, and return just that"
)
OUT_AT_ONCE = "when `charge` has failed there is nothing left to do: wait for nothing before the error comes out"
JUST_THAT = (
    "let an order write what it has read, and its dish, even if the same one is there; after a charge, let the payment "
    "write an empty bill"
)
LET_IT_OUT = (
    "let the error of `charge` itself reach the caller of `pay`, and put nothing in its place"
)
ONTO_THE_BILL = (
    "put each dish onto the bill that the till keeps: read it, and write it with the dish"
)
GIVE_IT_BACK = "however an order or a payment ends, by an error or a cancellation, too, the next one at that table has to begin"


NUMBERS = (0, 1, 2, 3, 8, 32_256_000)
"""The last one has the remainder 0 with all that one may divide by: 8, 64, 100, 1,024 and many more."""


class Till(Service):
    def __init__(self, seconds: dict[int, float], begun: dict[int, list[str]]) -> None:
        self.seconds = seconds
        self.bills = dict(begun)
        self.begun = begun

    @takes("seconds")
    def read(self, table: int) -> list[str]:
        return list(self.bills.get(table, []))

    @takes("seconds")
    def write(self, table: int, dishes: list[str]) -> None:
        self.bills[table] = dishes


class Terminal(Service):
    """Charges cards, and refuses some."""

    def __init__(self, seconds: dict[int, float], refused: dict[int, Exception]) -> None:
        self.seconds = seconds
        self._refused = refused

    @takes("seconds")
    def charge(self, table: int, dishes: list[str]) -> None:
        if table in self._refused:
            raise self._refused.pop(table)


@dataclass(frozen=True)
class Visit:
    """An order, or a payment if there is no dish."""

    table: int
    dish: str | None
    act: Act

    @property
    def name(self) -> str:
        return f"order({self.table}, {self.dish!r})" if self.dish else f"pay({self.table})"


@dataclass(frozen=True)
class Table:
    """All that had to do with one table of one restaurant."""

    number: int
    till: Till
    terminal: Terminal
    visits: Sequence[Visit]
    run: Run

    @cached_property
    def calls(self) -> Calls:
        here = self.run.calls.where(lambda call: call.service in (self.till, self.terminal))
        return here.given(table=self.number)

    @cached_property
    def charges(self) -> Calls:
        return self.calls.where(lambda call: call.method == "charge")

    def fail(
        self,
        message: str,
        *,
        at: Call | ErrorTree | None = None,
        advice: str,
        together: Sequence[Calls] = (),
    ) -> NoReturn:
        """As `run.fail`; each message says itself what was raised."""
        self.run.fail(message, at=at, advice=advice, together=together, tells_error=True)

    def expect_right(self) -> None:
        """Everybody got what the brief promises, and no dish was lost or doubled."""
        for visit in self.visits:
            self._expect_no_other_error(visit)
        self._expect_payments()
        self._expect_dishes()

    def _expect_no_other_error(self, visit: Visit) -> None:
        act = visit.act
        for error in act.errors:
            if any(error.call == call.number for call in self.charges) and not visit.dish:
                continue
            told = f"{visit.name}, called at {act.started:g} s, raised {Failure(error.kind, error.message)}"
            if advise(error, self.run.trace.backend):
                raise act.explained()
            self.fail(
                f"{told} at {act.ended:g} s",
                at=error,
                advice="only what `charge` raises may come out, and only of the `pay` that has called it",
            )

    def _expect_payments(self) -> None:
        """Each payment charged a bill once, and returned it."""
        payments = [visit.act for visit in self.visits if not visit.dish]
        stayed = [act for act in payments if act.record.cancelled_at is None]
        if not len(stayed) <= len(self.charges) <= len(payments):
            self.fail(
                f"{often(len(payments), f'pay({self.number}) was called')}, and charge() for that table "
                f"{often(len(self.charges))}",
                at=self.charges.last,
                advice=WHAT_WAS_CHARGED,
            )
        refused = self.charges.where(lambda call: call.outcome == "failed")
        charged = [call.given["dishes"] for call in self.charges.done]
        for act in stayed:
            if act.error is None and act.value not in charged and not refused:
                self.fail(
                    f"pay({self.number}) returned {shown(act.value)} at {act.ended:g} s; what was charged at that table "
                    f"is {listed([shown(each) for each in charged]) or 'nothing'}",
                    at=self.charges.last,
                    advice=WHAT_WAS_CHARGED,
                )
        for call in refused:
            told = f"charge() for table {self.number} failed at {call.ended:g} s ({call.failure})"
            heard = [act for act in payments if act.heard(call)]
            if not heard and stayed == payments:
                ended = [act for act in payments if same_time(act.ended, call.ended or 0.0)]
                came = [
                    f"raised {Failure(act.error.kind, act.error.message)}"
                    if act.error is not None
                    else f"returned {shown(act.value)}"
                    for act in ended
                ]
                self.fail(
                    f"{told}, and no pay({self.number}) raised that very error"
                    + (f"; one {listed(came)} at that moment" if came else ""),
                    at=call,
                    advice=LET_IT_OUT,
                )
            if heard and not same_time(heard[0].ended, call.ended or 0.0):
                self.fail(
                    f"{told}, and pay({self.number}) raised that at {heard[0].ended:g} s",
                    at=call,
                    advice=OUT_AT_ONCE,
                )

    def _expect_dishes(self) -> None:
        """What was ordered was charged, or is on the bill."""
        begun = self.till.begun.get(self.number, [])
        sure, possible = Counter(begun), Counter(begun)
        for visit in self.visits:
            if visit.dish:
                possible[visit.dish] += 1
                sure[visit.dish] += visit.act.record.cancelled_at is None
        writes = self.calls.where(lambda call: call.method == "write")
        bill = self.till.bills.get(self.number, [])
        charged = [dish for call in self.charges.done for dish in call.given["dishes"]]
        found = Counter(bill) + Counter(charged)
        if any(not v.dish and v.act.record.cancelled_at is not None for v in self.visits):
            possible += Counter(charged)  # It may have been cancelled before the bill was empty.
        for dish in [*(sure - found), *(found - possible)]:
            orders = [visit.act for visit in self.visits if visit.dish == dish]
            told = f"table {self.number} ordered {dish} {often(len(orders) + begun.count(dish))}"
            cancelled = sum(act.record.cancelled_at is not None for act in orders)
            if cancelled:
                told += f", and {often(cancelled)} that was cancelled"
            if not writes:
                self.fail(f"{told}, and its bill was never written", advice=ONTO_THE_BILL)
            mixed = self._mixed_up()
            if mixed is not None:
                told = f"the bill of table {self.number} was read at {mixed.ended:g} s, while another order or payment had read it and was not done; {told}"
            self.fail(
                f"{told}; in the end it had {often(charged.count(dish), 'been charged')}, and the bill was "
                f"{shown(bill)}",
                at=mixed or writes.last,
                advice=JUST_THAT if mixed is None else FROM_READ_TO_WRITE,
            )

    def _mixed_up(self) -> Call | None:
        """A read of the bill that somebody else had read, and wrote or charged after that, for a message."""
        reads = self.calls.done.where(lambda call: call.method == "read")
        for before, read in pairwise(reads):
            until = read.ended_order or 0
            theirs = [call for call in self.calls if call.task == before.task]
            if before.task != read.task and any((call.ended_order or 0) > until for call in theirs):
                return read
        return None

    def expect_no_idle_wait(self) -> None:
        """While somebody waited for the table, a call for it was under way."""
        moments = {time for v in self.visits for time in (v.act.started, v.act.ended)}
        moments |= {time for c in self.calls for time in (c.started, c.ended) if time is not None}
        own = {call.number for call in self.calls}
        others = self.run.calls.where(lambda call: call.number not in own)
        for begin, end in pairwise(sorted(moments)):
            middle = (begin + end) / 2
            waiting = [v for v in self.visits if v.act.started < middle < v.act.ended]
            if not is_later(end, begin) or not waiting or self.calls.under_way(middle):
                continue
            elsewhere = others.under_way(middle).first
            told = f"from {begin:g} s to {end:g} s {waiting[0].name} waited, and no call for table {self.number} was under way"
            if elsewhere is not None:
                told += f"; {elsewhere.method}() was, for table {elsewhere.given['table']}"
                if elsewhere.service not in (self.till, self.terminal):
                    told += " of another `Bills`"
            advice = AT_ONCE if elsewhere is None else EACH_ITS_OWN
            for visit in self.visits:
                act, is_cancelled = visit.act, visit.act.record.cancelled_at is not None
                if same_time(act.ended, begin) and (act.error is not None or is_cancelled):
                    told += (
                        f"; {visit.name} had just {'been cancelled' if is_cancelled else 'failed'}"
                    )
                    advice = GIVE_IT_BACK
            self.fail(told, at=elsewhere, advice=advice, together=[self.calls, others])

    def expect_gave_way(self) -> None:
        """What was cancelled ended at once."""
        for visit in self.visits:
            self.run.expect_ended_with(visit.act, [])
            cancelled = visit.act.record.cancelled_at
            if cancelled is None or visit.act.gave_way(self.calls):
                continue
            replies = self.calls.where(lambda call: call.outcome != "cancelled")
            if not any(same_time(call.ended or 0.0, cancelled) for call in replies):
                self.fail(
                    f"{visit.name} was cancelled at {cancelled:g} s, and returned at {visit.act.ended:g} s as if "
                    "nothing had happened",
                    advice="let a cancellation out as it is",
                )


def _open(
    case: Case, world: World, most_tables: int, most_visits: int
) -> tuple[Till, Terminal, list[Visit]]:
    """A restaurant, and what its guests want."""
    numbers = case.distinct(NUMBERS, case.size(1, most_tables))
    longest = case.pick([60_000.0, 2.0])
    begun: dict[int, list[str]] = {
        number: case.pick([[], ["wine", "bread", "wine"]]) for number in numbers
    }
    till = world.add(Till({number: case.duration(0.05, 2.0) for number in numbers}, begun))
    first = case.integer(0, len(ERRORS) - 1)
    refused: dict[int, Exception] = {
        number: ERRORS[(first + index) % len(ERRORS)]
        for index, number in enumerate(numbers)
        if case.pick([False, True])
    }
    seconds = {number: case.duration(0.05, longest) for number in numbers}
    terminal = world.add(Terminal(seconds, refused))
    bills = world.new("Bills", till, terminal)
    visits: list[Visit] = []
    began = 0.0
    longest_pause = case.pick([1.5, 0.05])
    for turn in range(case.size(1, most_visits)):
        place = turn if most_tables > 2 else turn // 2 + case.integer(0, 1)
        table = numbers[place % len(numbers)]
        pays = turn % 3 == 1 and case.pick([True, True, False])
        dish = None if pays else case.pick(DISHES)
        act = bills.order(table, dish) if dish else bills.pay(table)
        # No two of them come at the same moment, so that nobody can say who should be first.
        began += case.duration(0.031, longest_pause)
        act.at(began)
        leaves = case.pick([turn % 3 == 2, turn % 2 == 0])
        if dish and leaves:
            act.cancel_after(case.duration(0.077, 4.0))
        visits.append(Visit(table, dish, act))
    return till, terminal, visits


@scene
def evenings(case: Case) -> Iterator[Sequence[Table]]:
    for world in case.explore(cancel=True):
        # Few tables with many visits, or one visit each to many.
        planned = [_open(case, world, case.pick([2, 6]), 6), _open(case, world, 1, 4)]
        run = world.attempt_all(*(visit.act for *_, visits in planned for visit in visits))
        yield [
            Table(number, till, terminal, [v for v in visits if v.table == number], run)
            for till, terminal, visits in planned
            for number in till.seconds
        ]


@check(
    "Each dish is charged once or is on the bill, whoever else orders, fails or leaves", points=2
)
def bills_are_right(case: Case) -> None:
    for tables in evenings(case):
        for table in tables:
            table.expect_right()
            table.expect_gave_way()
        tables[0].run.expect_nothing_left()


@check("A table waits for itself alone, and for no longer than it must", points=2)
def tables_overlap(case: Case) -> None:
    for tables in evenings(case):
        for table in tables:
            table.expect_right()
        for table in tables:
            table.expect_no_idle_wait()
        tables[0].run.expect_unblocked()


@question
def soup_for_table_seven(case: Case) -> str | None:
    world = case.world()
    till = world.add(Till({4: 1.0, 7: 1.0}, {4: ["champagne"]}))
    terminal = world.add(Terminal({4: 60.0}, {}))
    bills = world.new("Bills", till, terminal)
    order = bills.order(7, "soup").at(1.0)
    run = world.observe_all(bills.pay(4), order)
    if run.is_deadlocked:
        return "never"
    return {2: "at_once", 62: "after_the_card", 63: "after_all"}.get(round(order.elapsed))
