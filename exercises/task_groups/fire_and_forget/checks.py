"""Checks for fire_and_forget: tasks that nobody waits for."""

from collections.abc import Generator
from itertools import pairwise
from random import Random

from checker import Call, Case, Service, check
from checker.judge.trace import Warned

CHARGE = 1.0
DELIVERY = 2.5


class CardReader(Service):
    """Charges a card in a second, and one at a time."""

    def __init__(self) -> None:
        self._busy = False

    def charge(self, customer: str, price: int) -> Generator[float, None, None]:
        if self._busy:
            raise RuntimeError("the card reader is busy with another card")
        self._busy = True
        try:
            yield CHARGE
        finally:
            self._busy = False


class Mail(Service):
    """Delivers a receipt in 2.5 s, but may take longer for some customers."""

    def __init__(self, slow: dict[str, float] | None = None) -> None:
        self._slow = slow or {}

    def deliver(self, customer: str, text: str) -> Generator[float, None, None]:
        yield self._slow.get(customer, DELIVERY)


def draw_sales(random: Random) -> list[tuple[str, int]]:
    names = ["ada", "barbara", "edsger", "frances", "grace", "kathleen", "tony", "yukihiro"]
    customers = random.sample(names, k=random.randint(5, 7))
    return [(f"{name}@example.org", random.randrange(1500, 9900, 5)) for name in customers]


@check(
    "Every receipt is delivered before the function returns",
    points=3,
    advice="start each receipt in something that cannot be left before the receipt is delivered",
)
def every_receipt_arrives(case: Case) -> None:
    sales = draw_sales(case.random)
    world = case.world()
    # The first receipt arrives last of all, so that it does not do to wait for the last one sent.
    reader, mail = world.add(CardReader()), world.add(Mail({sales[0][0]: 20.5}))
    run = world.run("sell_tickets", reader, mail, sales)
    charged = [tuple(call.given.values()) for call in run.calls_to("charge") if call.done]
    run.expect(
        sorted(charged) == sorted(sales),
        f"{len(charged)} charges were made for {len(sales)} sales; "
        "every sale is to be charged once, with its price",
    )
    receipts = run.calls_to("deliver")
    delivered = {c.given["customer"]: c.given["text"] for c in receipts if c.done}
    missing = [customer for customer, _ in sales if customer not in delivered]
    culprits: list[Call | Warned] = [*(call for call in receipts if not call.done), *run.warnings]
    run.expect(
        not missing,
        f"the function returned at {run.elapsed:g} s, when only {len(sales) - len(missing)} of "
        f"{len(sales)} receipts had been delivered; these customers paid and never get one: "
        + ", ".join(missing)
        + "".join(f" ({warning.text})" for warning in run.warnings[:1]),
        at=next(iter(culprits), None),
    )
    run.expect(
        len(receipts) == len(sales), f"{len(sales)} sales made {len(receipts)} calls of deliver()"
    )
    for customer, price in sales:
        run.expect(
            f"{price / 100:.2f}" in delivered[customer],
            f"{customer} paid {price / 100:.2f}, and the receipt says {delivered[customer]!r}",
        )
    run.expect_value(sum(price for _, price in sales), "the sum that it returned")
    run.expect_nothing_left()


@check(
    "Nobody in the queue waits for a receipt",
    points=2,
    advice="the next charge must not wait for a receipt, nor a receipt for the next charge; only "
    "the return waits for all of them",
)
def queue_moves_on(case: Case) -> None:
    sales = draw_sales(case.random)
    world = case.world()
    reader, mail = world.add(CardReader()), world.add(Mail())
    run = world.run("sell_tickets", reader, mail, sales)
    charges = [call for call in run.calls_to("charge") if call.done]
    for before, call in pairwise(charges):
        run.expect(
            call.started == before.ended,
            f"the card reader was free at {before.ended:g} s, "
            f"and the next card was charged at {call.started:g} s only",
            at=call,
        )
    paid = {call.given["customer"]: call.ended for call in charges}
    sent = {c.given["customer"]: c for c in run.calls_to("deliver") if c.outcome != "failed"}
    for customer, _ in sales:
        run.expect(customer in paid, f"{customer} was never charged")
        run.expect(
            customer in sent,
            f"{customer} paid at {paid[customer]:g} s, and when the function returned, "
            f"at {run.elapsed:g} s, no receipt had been sent",
        )
        run.expect(
            sent[customer].started == paid[customer],
            f"{customer} paid at {paid[customer]:g} s, and the receipt was sent at "
            f"{sent[customer].started:g} s; it should be sent the moment the sale is paid",
            at=sent[customer],
        )
    run.expect_elapsed(
        len(sales) * CHARGE + DELIVERY,
        f"{len(sales)} charges of {CHARGE:g} s follow one another, with nothing in between, "
        f"and the last receipt takes {DELIVERY:g} s more",
    )
