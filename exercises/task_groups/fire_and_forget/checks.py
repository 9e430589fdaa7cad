"""Checks for fire_and_forget: tasks that nobody waits for."""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise, repeat

from checker import (
    Act,
    Call,
    Calls,
    Case,
    CheckFailed,
    Run,
    Service,
    World,
    check,
    counted,
    often,
    question,
    scene,
    were,
)

CUSTOMERS = [f"{name}@example.org" for name in ("ada", "edsger", "frances", "grace", "tony")]
FAILURES = (
    ConnectionError("the line is down"),
    TimeoutError("no reply"),
    LookupError("no such account"),
    ValueError("not like this"),
    RuntimeError("out of order"),
)
BUSY = RuntimeError("the card reader is busy with another card")
FROM_PAID = (
    "call deliver() for each receipt the moment its sale is paid: it must wait neither for another "
    "charge nor for another receipt, however many are under way"
)
ONLY_THE_RETURN = (
    "the next charge must not wait for a receipt; only the return waits for all of them"
)


class CardReader(Service):
    """Charges one card at a time, and takes a time of its own for each."""

    def __init__(self, seconds: list[float]) -> None:
        self._seconds = chain(seconds, repeat(1.0))
        self._busy = False

    def charge(self, customer: str, price: int) -> Generator[float, None, None]:
        if self._busy:
            raise BUSY
        self._busy = True
        try:
            yield next(self._seconds)
        finally:
            self._busy = False


class Mail(Service):
    """Delivers any number of receipts at once, and takes a time of its own for each."""

    def __init__(self, seconds: list[float]) -> None:
        self._seconds = chain(seconds, repeat(1.0))

    def deliver(self, customer: str, text: str) -> Generator[float, None, None]:
        yield next(self._seconds)


@dataclass(frozen=True)
class Evening:
    """One call of sell_tickets, with a reader and a mail server of its own."""

    reader: CardReader
    mail: Mail
    sales: list[tuple[str, int]]
    act: Act
    run: Run

    @property
    def charges(self) -> Calls:
        return self.run.calls.to(self.reader)

    @property
    def receipts(self) -> Calls:
        return self.run.calls.to(self.mail)

    @property
    def apart(self) -> list[list[Call]]:
        """The charges, which take turns, and each of the receipts, of this evening."""
        return [self.charges, *([receipt] for receipt in self.receipts)]

    @property
    def failed(self) -> Call | None:
        """The call that failed, if one did. (A reader that is busy fails too, for good reason.)"""
        calls = [*self.charges, *self.receipts]
        return next((call for call in calls if call.failed_with(*FAILURES)), None)

    @property
    def was_cut_short(self) -> bool:
        """Whether it was cancelled before the last receipt was delivered."""
        return self.act.record.cancelled_at is not None and (
            self.act.was_cancelled or sum(call.done for call in self.receipts) < len(self.sales)
        )

    def meanwhile(self, late: Call) -> str:
        """What ended at the moment at which this call was made, too late, for the end of a sentence."""
        for call in [*self.receipts, *self.charges]:
            if call is not late and call.ended == late.started:
                customer = call.given["customer"]
                if call not in self.receipts:
                    return f", when the card of {customer} had been charged"
                kind = "a" if late in self.charges else "another"
                moment = call.ended or 0.0
                left = sum(
                    c is not late and c.started < moment < (c.ended or 0.0) for c in self.receipts
                )
                others = f"{left} more {were(left)} still" if left else "no other was"
                return f", when {kind} receipt to {customer} was delivered, and {others} under way"
        return ""

    def beside(self, moment: float, own: Call | None = None) -> str:
        """How many receipts, not counting `own`, were under way at a moment, for the end of a phrase."""
        count = sum(
            call is not own and call.started <= moment < (call.ended or 0.0)
            for call in self.receipts
        )
        kind = "receipt" if own is None else "other receipt"
        return f", with {counted(count, kind)} under way" if count else ""

    def expect_sent(self) -> list[tuple[str, Call, Call]]:
        """Every sale was charged, in their order, and a receipt was sent for each; returns, for each,
        the customer, the charge and the receipt."""
        self.expect_charges()
        left = self.receipts
        sold: list[tuple[str, Call, Call]] = []
        for (customer, price), charge in zip(self.sales, self.charges, strict=True):
            self.expect_charged(charge)
            text = _text(price)
            own = [call for call in left if call.given["customer"] == customer]
            receipt = next((call for call in own if call.given["text"] == text), None)
            if receipt is None:
                raise self._without_receipt(charge, own, any(customer == name for name, *_ in sold))
            left.remove(receipt)
            sold.append((customer, charge, receipt))
        self.run.expect(
            not left,
            f"{counted(len(self.receipts), 'receipt')} went out for {counted(len(self.sales), 'sale')}",
            at=next(iter(left), None),
            advice="send one receipt for each sale, and no more",
        )
        return sold

    def expect_charges(self) -> None:
        """Each sale was charged once, in their order."""
        busy = next((call for call in self.charges if call.failed_with(BUSY)), None)
        if busy is not None:
            raise CheckFailed(
                f"the card of {busy.given['customer']} was to be charged at {busy.started:g} s, when the "
                "card reader was still busy with another card",
                busy.line,
                "charge one card after the other; only the receipts may overlap",
            )
        _ = self.act.value
        charged = [(call.given["customer"], call.given["price"]) for call in self.charges]
        if charged == self.sales:
            return
        pairs = zip(self.charges, charged, self.sales, strict=False)
        wrong = next((call for call, one, other in pairs if one != other), None)
        missing = Counter(self.sales) - Counter(charged)
        if missing:
            customer, price = next(sale for sale in self.sales if sale in missing)
            only_free = not any(price for _, price in missing) and any(p for _, p in charged)
            told = f"the sale of {_money(price)}" if price or only_free else "the sale"
            seen = f"sell_tickets() returned at {self.act.ended:g} s, and "
            if charged:
                seen += f"never charged {told} to {customer}"
            else:
                seen += f"charge() never ran; there {'was' if len(self.sales) == 1 else 'were'} "
                seen += f"{counted(len(self.sales), 'sale')} to charge"
            advice = "charge every sale"
            advice += (
                ", even a ticket that costs nothing"
                if only_free
                else ", and wait for each charge()"
            )
        elif wrong is None or len(charged) > len(self.sales):
            seen = f"{counted(len(charged), 'charge')} went to the card reader for {counted(len(self.sales), 'sale')}"
            advice = "charge every sale once"
        else:
            place = self.charges.index(wrong)
            seen = f"the card of {_sale(*charged[place])} was charged when that of {_sale(*self.sales[place])} was next in `sales`"
            advice = (
                "charge the cards in the order of `sales`; tasks need not run in the order in which they "
                "were started"
            )
        raise CheckFailed(seen, wrong.line if wrong is not None else None, advice)

    def _without_receipt(self, charge: Call, others: list[Call], is_known: bool) -> CheckFailed:
        """That no receipt was sent for this charge, though perhaps `others` to the same customer."""
        customer, price = charge.given["customer"], charge.given["price"]
        paid, at = _money(price), charge.ended or 0.0
        if others:
            told = others[0].given["text"]
            sent = len(self.receipts.given(customer=customer, text=told))
            due = sum(_text(price) == told for name, price in self.sales if name == customer)
            seen = f"{customer} paid {paid} at {at:g} s, and no receipt says so; one to the same customer says {told!r}"
            advice = "leave the text as it is, and give each receipt the price of its own sale"
            if sent > due > 0:
                seen += f", and was sent {often(sent)} for {counted(due, 'sale')}"
                advice = (
                    "hand each receipt's task the customer and the price of its own sale as arguments: when the "
                    "task runs, the loop may be at a later sale"
                )
            return CheckFailed(seen, others[0].line, advice)
        seen = f"no receipt for the {paid} that {customer} paid at {at:g} s had been handed to deliver() when "
        seen += f"sell_tickets() returned at {self.act.ended:g} s"
        if is_known:
            seen += "; it was not the first sale to this customer"
        if self.run.warnings:
            advice = (
                "calling an `async def` function only makes a coroutine, and none of it runs: hand the function "
                "itself to a task group"
            )
            return CheckFailed(seen, self.run.warnings[0].line, advice)
        return CheckFailed(
            seen, None, "send a receipt for each sale, even if the same customer has bought before"
        )

    def expect_charged(self, charge: Call) -> None:
        """This charge was carried out, and not given up."""
        ended = f"failed with {charge.failure}" if charge.outcome == "failed" else "was given up"
        self.run.expect(
            charge.done,
            f"the charge of {charge.given['customer']}, begun at {charge.started:g} s, "
            + (
                "was still under way at the end"
                if charge.ended is None
                else f"{ended} at {charge.ended:g} s"
            ),
            at=charge,
            advice="wait for each charge, as long as it takes",
        )

    def expect_begun(self) -> list[tuple[str, Call, Call]]:
        """As `expect_sent`, of what was paid before the evening was cut short."""
        free, until = self.act.record.started, self.act.record.cancelled_at
        left = self.receipts
        sold: list[tuple[str, Call, Call]] = []
        for number, (customer, price) in enumerate(self.sales):
            if free is None or until is None or free >= until:
                break
            charge = next(iter(self.charges[number:]), None)
            self.run.expect(
                charge is not None and charge.given == {"customer": customer, "price": price},
                f"the card reader was free at {free:g} s, and the next sale, {_sale(customer, price)}, had "
                f"not been charged when sell_tickets() was cancelled at {until:g} s",
                at=charge,
                advice=ONLY_THE_RETURN,
            )
            assert charge is not None
            if charge.ended is None or charge.ended >= until:
                break
            self.expect_charged(charge)
            free = charge.ended
            text = _text(price)
            own = [call for call in left if call.given == {"customer": customer, "text": text}]
            self.run.expect(
                own,
                f"{customer} paid {_money(price)} at {free:g} s, and deliver() had not been called for that "
                f"when sell_tickets() was cancelled at {until:g} s",
                advice=FROM_PAID,
            )
            left.remove(own[0])
            sold.append((customer, charge, own[0]))
        return sold


def _money(price: int) -> str:
    return f"{price / 100:.2f}"


def _text(price: int) -> str:
    return f"Thank you. We charged {_money(price)} for your tickets."


def _sale(customer: str, price: int) -> str:
    return f"{customer} ({_money(price)})"


def _plan(
    case: Case, world: World, most: int
) -> tuple[CardReader, Mail, list[tuple[str, int]], Act]:
    """An evening of no more than `most` sales."""
    sales = [(case.pick(CUSTOMERS), case.amount(0, 9_900)) for _ in range(case.size(0, most))]
    slowest = case.pick([5.0, 90.0, 2_000.0, 200_000.0])
    # Of a long evening all receipts are under way together, however many there are.
    longest = 3.0 if most > 10 else case.pick([3.0, 200_000.0])
    reader = world.add(CardReader([case.duration(0.2, longest) for _ in sales]))
    quickest = 3.0 * most if most > 10 else 0.1
    mail = world.add(Mail([case.duration(quickest, quickest + slowest) for _ in sales]))
    return reader, mail, sales, world.call("sell_tickets", reader, mail, sales)


def _run(case: Case, world: World, *most: int) -> list[Evening]:
    """Two evenings, one after the other or at the same time; any others follow the second."""
    planned = [_plan(case, world, number) for number in most]
    first, second, *others = acts = [act for *_, act in planned]
    if case.pick([True, False]):
        second.after(first)
    for before, act in pairwise([second, *others]):
        act.after(before)
    run = world.attempt_all(*acts)
    return [Evening(*plan, run) for plan in planned]


@scene
def evenings(case: Case) -> Iterator[list[Evening]]:
    for world in case.explore(cancel=True):
        yield _run(case, world, 101, 5)


@scene
def troubled_evenings(case: Case) -> Iterator[list[Evening]]:
    for world in case.explore(fail=FAILURES):
        yield _run(case, world, 8, 4, *[1] * 9)


@check(
    "Every receipt is delivered before the function returns, and a cancellation ends everything",
    points=3,
    advice="whatever sell_tickets() starts must have ended when it ends, even by a cancellation: start it "
    "in a block that cannot be left before",
)
def every_receipt_arrives(case: Case) -> None:
    for evening in chain.from_iterable(evenings(case)):
        run, act = evening.run, evening.act
        if evening.was_cut_short:
            if not act.was_cancelled and act.error is None:
                raise CheckFailed(
                    f"sell_tickets() was cancelled at {act.record.cancelled_at:g} s, and returned {act.value!r} as if "
                    "all were done",
                    advice="let a cancellation reach the caller: do not catch it, or raise it again",
                )
            run.expect_nothing_left()
            continue
        sold = evening.expect_sent()
        late = [
            (customer, receipt)
            for customer, _, receipt in sold
            if not receipt.done or receipt.ended is None or receipt.ended > evening.act.ended
        ]
        for customer, receipt in late:
            if receipt.outcome == "cancelled":
                raise CheckFailed(
                    f"deliver() was called for {customer} at {receipt.started:g} s, and given up at "
                    f"{receipt.ended:g} s, before the receipt was delivered",
                    receipt.line,
                    "wait until every receipt is delivered, however long the mail server takes",
                    place="deliver() was called here",
                )
            many = f"{len(late)} of {len(sold)} receipts {'was' if len(late) == 1 else 'were'}"
            raise CheckFailed(
                f"sell_tickets() returned at {act.ended:g} s, and "
                f"{'the only receipt was' if len(sold) == 1 else many} not yet delivered; "
                f"{'it' if len(late) == 1 else 'the first'} is for {customer}, for whom deliver() was called "
                f"at {receipt.started:g} s",
                receipt.line,
                "give the task of each receipt a parent: a block that cannot be left before the receipt "
                "is delivered",
                place="deliver() was called here",
            )
        total = sum(price for _, price in evening.sales)
        run.expect(
            type(act.value) is int and act.value == total,
            f"sell_tickets() returned {act.value!r}, and the sum charged is {total}",
            advice="return the sum of the prices of this call, an int in cents",
        )
        run.expect_nothing_left()


@check("No charge waits for a receipt, and no receipt for another", points=2)
def queue_moves_on(case: Case) -> None:
    for evening in chain.from_iterable(evenings(case)):
        run, free = evening.run, evening.act.record.started or 0.0
        is_whole = not evening.was_cut_short
        for customer, charge, receipt in (
            evening.expect_sent() if is_whole else evening.expect_begun()
        ):
            if charge.started != free:
                raise CheckFailed(
                    f"the card reader was free at {free:g} s{evening.beside(free)}, but charge() was not called "
                    f"for the next card, that of {customer}, until "
                    f"{charge.started:g} s{evening.meanwhile(charge)}",
                    charge.line,
                    ONLY_THE_RETURN,
                    together=evening.apart,
                )
            assert charge.ended is not None
            free = charge.ended
            if receipt.started != free:
                others = evening.beside(free, receipt)
                # It may also have been sent before it was paid.
                when = "not called for that receipt until"
                if receipt.started < free:
                    when = "called for that receipt at"
                raise CheckFailed(
                    f"{customer} paid at {free:g} s{others}, but deliver() was {when} "
                    f"{receipt.started:g} s{evening.meanwhile(receipt)}",
                    receipt.line,
                    FROM_PAID,
                    together=evening.apart,
                )
        if not is_whole:
            continue
        last = max([free, *(call.ended or free for call in evening.receipts)])
        run.expect(
            evening.act.ended <= last,
            f"{'the last receipt was delivered' if evening.sales else 'there was nothing to sell'} at "
            f"{last:g} s, and sell_tickets() returned at {evening.act.ended:g} s",
            advice="return as soon as all is charged and delivered; without sales, at once",
        )


@check("An error of the card reader or of the mail server is not lost")
def errors_come_out(case: Case) -> None:
    for evening in chain.from_iterable(troubled_evenings(case)):
        act, failed = evening.act, evening.failed
        if failed is None:
            evening.expect_sent()
            continue
        seen = f"{failed.method}() failed at {failed.ended:g} s with {failed.failure}"
        raised = ", ".join(f"{error.kind}: {error.message}" for error in act.errors)
        evening.run.expect(
            act.heard(failed),
            f"{seen}; sell_tickets() {f'raised {raised}' if raised else 'returned'} at {act.ended:g} s, and "
            "that very error should have come out",
            at=failed,
            advice="let the error out of sell_tickets(), alone or in a group: an `except` that does not raise it again swallows it, and "
            "so does a task that nobody waits for",
        )
        for call in [*evening.charges, *evening.receipts]:
            evening.run.expect(
                call.ended is not None and call.ended <= act.ended,
                f"{seen}, and sell_tickets() raised it at {act.ended:g} s; {call.method}() for "
                f"{call.given['customer']} went on",
                at=call,
                advice="when one task fails, the others must end before sell_tickets() does: cancel them, "
                "or wait for them",
            )


@question
def three_sales(case: Case) -> str | None:
    world = case.world()
    reader, mail = world.add(CardReader([1.0] * 3)), world.add(Mail([1.5] * 3))
    sales = [(customer, 1500) for customer in CUSTOMERS[:3]]
    run = world.run("sell_tickets", reader, mail, sales)
    arrived = sum(call.done for call in run.calls_to("deliver"))
    return {0: "none", 1: "one", 2: "two", 3: "three"}.get(arrived)
