"""Checks for fire_and_forget: tasks that nobody waits for."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise, repeat

from checker import Call, Case, Run, Service, World, check, scene
from checker.judge.acts import Act
from checker.judge.explain import CheckFailed
from checker.judge.trace import Warned

CUSTOMERS = [f"{name}@example.org" for name in ("ada", "edsger", "frances", "grace", "tony")]
FAILURES = (
    ConnectionError("the line is down"),
    TimeoutError("no reply"),
    LookupError("no such account"),
    ValueError("not like this"),
    RuntimeError("out of order"),
)


class CardReader(Service):
    """Charges one card at a time, and takes a time of its own for each."""

    def __init__(self, seconds: list[float]) -> None:
        self._seconds = chain(seconds, repeat(1.0))
        self._busy = False

    def charge(self, customer: str, price: int) -> Generator[float, None, None]:
        if self._busy:
            raise RuntimeError("the card reader is busy with another card")
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
    def charges(self) -> list[Call]:
        return [call for call in self.run.calls if call.service is self.reader]

    @property
    def receipts(self) -> list[Call]:
        return [call for call in self.run.calls if call.service is self.mail]

    @property
    def failed(self) -> Call | None:
        """The call that failed, if one did. (A reader that is busy fails too, for good reason.)"""
        told = {f"{type(failure).__name__}: {failure}" for failure in FAILURES}
        calls = [*self.charges, *self.receipts]
        return next((call for call in calls if call.reply in told), None)

    @property
    def was_cut_short(self) -> bool:
        """Whether it was cancelled before the last receipt was delivered."""
        return self.act.record.cancelled_at is not None and (
            self.act.was_cancelled or sum(call.done for call in self.receipts) < len(self.sales)
        )

    def expect_sent(self) -> list[tuple[str, Call, Call]]:
        """Every sale was charged, in their order, and a receipt was sent for each; returns, for each,
        the customer, the charge and the receipt."""
        _ = self.act.value
        count = _count(len(self.sales), "sale")
        charged = [(call.given["customer"], call.given["price"]) for call in self.charges]
        self.run.expect(
            charged == self.sales,
            f"there {'was' if len(self.sales) == 1 else 'were'} {count}, "
            f"{_sum(price for _, price in self.sales)} in all, and "
            f"{_count(len(charged), 'charge')}, {_sum(price for _, price in charged)} in all, when the "
            f"function returned at {self.act.ended:g} s; each sale must be charged once, in order, even "
            "one of 0.00",
            at=next(
                (
                    c
                    for c, *pair in zip(self.charges, charged, self.sales, strict=False)
                    if pair[0] != pair[1]
                ),
                None,
            ),
            advice="charge every sale of this call, whatever it costs, in the order of the queue",
        )
        left = self.receipts
        sold = []
        for (customer, price), charge in zip(self.sales, self.charges, strict=True):
            self.expect_charged(charge)
            text = f"Thank you. We charged {price / 100:.2f} for your tickets."
            own = [call for call in left if call.given["customer"] == customer]
            receipt = next((call for call in own if call.given["text"] == text), None)
            culprits: list[Call | Warned] = [*own, *self.run.warnings]
            self.run.expect(
                receipt is not None,
                f"{customer} paid {price / 100:.2f} at {charge.ended or 0:g} s; the function returned at {self.act.ended:g} s, and "
                + (
                    f"the receipt says {own[0].given['text']!r}"
                    if own
                    else "had sent no receipt for it"
                ),
                at=next(iter(culprits), None),
            )
            assert receipt is not None
            left.remove(receipt)
            sold.append((customer, charge, receipt))
        self.run.expect(
            not left,
            f"{count} made {_count(len(self.receipts), 'receipt')}; each sale gets one",
            at=next(iter(left), None),
        )
        return sold

    def expect_charged(self, charge: Call) -> None:
        """This charge was carried out, and not given up."""
        self.run.expect(
            charge.done,
            f"the card of {charge.given['customer']} was to be charged at {charge.started:g} s, and "
            + (
                "that was still under way at the end"
                if charge.ended is None
                else f"that was {charge.outcome} at {charge.ended:g} s"
            )
            + "; a charge may take as long as it likes",
            at=charge,
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
                f"the card reader was free at {free:g} s, and the next card, that of {customer}, "
                f"had still not been charged {price / 100:.2f} at {until:g} s",
                at=charge,
            )
            assert charge is not None
            if charge.ended is None or charge.ended >= until:
                break
            self.expect_charged(charge)
            free = charge.ended
            text = f"Thank you. We charged {price / 100:.2f} for your tickets."
            own = [call for call in left if call.given == {"customer": customer, "text": text}]
            self.run.expect(
                own,
                f"{customer} paid {price / 100:.2f} at {free:g} s, and no receipt had been sent for it "
                f"at {until:g} s",
            )
            left.remove(own[0])
            sold.append((customer, charge, own[0]))
        return sold


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _sum(prices: Iterator[int]) -> str:
    return f"{sum(prices) / 100:.2f}"


def _plan(
    case: Case, world: World, most: int
) -> tuple[CardReader, Mail, list[tuple[str, int]], Act]:
    """An evening of no more than `most` sales."""
    sales = [(case.pick(CUSTOMERS), case.integer(0, 9_900)) for _ in range(case.size(0, most))]
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
    "Every receipt is delivered before the function returns",
    points=3,
    advice="start each receipt in something that cannot be left before the receipt is delivered",
)
def every_receipt_arrives(case: Case) -> None:
    for evening in chain.from_iterable(evenings(case)):
        run, act = evening.run, evening.act
        if evening.was_cut_short:
            if not act.was_cancelled and act.error is None:
                raise CheckFailed(
                    f"it was cancelled at {act.record.cancelled_at:g} s, and returned {act.value!r} as if "
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
        run.expect(
            not late,
            f"the function returned at {evening.act.ended:g} s, when only {len(sold) - len(late)} of "
            f"{_count(len(sold), 'receipt')} had been delivered; still waiting for one: "
            + ", ".join(dict.fromkeys(customer for customer, _ in late)),
            at=late[0][1] if late else None,
        )
        total = sum(price for _, price in evening.sales)
        run.expect(
            type(evening.act.value) is int and evening.act.value == total,
            f"it returned {evening.act.value!r}, and the sum charged is {total}",
        )
        run.expect_nothing_left()


@check(
    "Nobody in the queue waits for a receipt",
    points=2,
    advice="the next charge must not wait for a receipt, nor a receipt for the next charge; only "
    "the return waits for all of them",
)
def queue_moves_on(case: Case) -> None:
    for evening in chain.from_iterable(evenings(case)):
        run, free = evening.run, evening.act.record.started or 0.0
        is_whole = not evening.was_cut_short
        for customer, charge, receipt in (
            evening.expect_sent() if is_whole else evening.expect_begun()
        ):
            run.expect(
                charge.started == free,
                f"the card reader was free at {free:g} s, and the next card was charged at "
                f"{charge.started:g} s only",
                at=charge,
            )
            assert charge.ended is not None
            free = charge.ended
            run.expect(
                receipt.started == free,
                f"{customer} paid at {free:g} s, and the receipt was sent at {receipt.started:g} s; "
                "it should be sent the moment the sale is paid",
                at=receipt,
            )
        if not is_whole:
            continue
        last = max([free, *(call.ended or free for call in evening.receipts)])
        run.expect(
            evening.act.ended <= last,
            f"the last card was charged and the last receipt delivered by {last:g} s, and "
            f"the function returned at {evening.act.ended:g} s",
        )


@check(
    "An error of the card reader or of the mail server is not lost",
    advice="let the error out of the task that it happens in, and stay in the task group until that "
    "task has ended",
)
def errors_come_out(case: Case) -> None:
    for evening in chain.from_iterable(troubled_evenings(case)):
        act, failed = evening.act, evening.failed
        if failed is None:
            evening.expect_sent()
            continue
        seen = f"{failed.method}() failed at {failed.ended:g} s with {failed.reply}"
        how = "raised something else" if act.error is not None else "returned"
        evening.run.expect(
            act.heard(failed),
            f"{seen}; sell_tickets() {how} at {act.ended:g} s, and that very error should come out",
            at=failed,
        )
        for call in [*evening.charges, *evening.receipts]:
            evening.run.expect(
                call.ended is not None and call.ended <= act.ended,
                f"{seen}, and sell_tickets() ended at {act.ended:g} s; "
                f"{call.method}({call.given['customer']}, ...) was still under way then",
                at=call,
            )
