"""Checks for results_from_tasks: what a task returns, and who gets it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import Act, Call, Case, Run, Service, check, scene, takes
from checker.judge.run import same, shown

ARTICLES = ("kettle", "tea pot", "toaster", "torch")
MOST = 101
OTHERS = 8
DAYS = 200_000
FAILURES = (
    ConnectionError("the shop is shut"),
    TimeoutError("nobody at the till"),
    LookupError("no such article"),
    ValueError("not like this"),
    RuntimeError("out of order"),
)
TOLD = {f"{type(failure).__name__}: {failure}" for failure in FAILURES}


class Shop(Service):
    """A shop that has one number and one price for everything, or has nothing. When it has told its
    price as often as it stands in the list, the article becomes dearer."""

    def __init__(
        self,
        number: int,
        price: int | None,
        times: tuple[float, float],
        failure: Exception | None = None,
    ) -> None:
        self.times = times
        self.failure = failure
        self.listed = 0
        self._number = number
        self._price = price
        self._told = 0

    @takes(lambda self, article: self.times[0])
    def find(self, article: str) -> int | None:
        if self.failure is not None:
            raise self.failure
        return None if self._price is None else self._number

    @takes(lambda self, number: self.times[1])
    def price(self, number: int) -> int:
        if self._price is None or number != self._number:
            raise LookupError(f"this shop has nothing under the number {number}")
        self._told += 1
        return self._price + (self._told - 1) // self.listed

    @property
    def seconds(self) -> float:
        """How long it takes in all, if nothing holds it up."""
        return self.times[0] + (0 if self._price is None else self.times[1])


@dataclass(frozen=True)
class Page:
    """One call of compare, and what came of it."""

    shops: Sequence[Shop]
    act: Act
    run: Run
    calls: Sequence[Call]
    is_timed: bool
    is_twin: bool = False
    """Whether another page of the same shops is made meanwhile, whose calls are among these."""

    @property
    def failed(self) -> Call | None:
        """The first call of a shop that failed, if one did, and not because of what it was given."""
        return next((call for call in self.calls if call.reply in TOLD), None)

    @property
    def is_due(self) -> bool:
        """Whether it had no reason to raise, and was not cancelled."""
        if self.is_twin and self.act.record.cancelled_at is not None:
            return False  # Nobody knows which calls were its own.
        return self.failed is None and not self.was_cancelled

    @property
    def was_cancelled(self) -> bool:
        return self.act.gave_way(self.calls)

    @property
    def prices(self) -> list[int | None]:
        """What the shops replied. Fails the check unless each of them did."""
        replies = {call.service_number: call.reply for call in self.calls if call.done}
        numbers = {id(call.service): call.service_number for call in self.calls}
        asked = [shop for shop in self.shops if numbers.get(id(shop)) in replies]
        arrived = [replies[numbers[id(shop)]] for shop in asked]
        told = {id(call.service) for call in self.calls if call.method == "price" and call.done}
        missing = [
            shop
            for shop, reply in zip(asked, arrived, strict=True)
            if reply is not None and id(shop) not in told
        ]
        self.run.expect(
            len(asked) == len(self.shops) and not missing,
            f"{len(asked)} of {_shops(len(self.shops))} {'was' if len(self.shops) == 1 else 'were'} "
            f"asked, and {_prices(len(asked) - len(missing) - arrived.count(None))} arrived; compare() "
            f"returned {shown(self.act.value)}",
        )
        return arrived


@scene
def pages(case: Case) -> Iterator[Page]:
    """Two pages are made together; the second is made again afterwards. Now and then small ones are made
    as well, or the same one twice at a time, and now and then all shops of the second fail at the same
    moment."""
    for world in case.explore(orders=True, cancel=True, fail=FAILURES):
        many, few = _made_up(case, MOST), _made_up(case, 3)
        if case.pick((False, True, False, False)):
            for shop in few:
                shop.failure, shop.times = FAILURES[0], few[0].times
        article = case.pick(ARTICLES)
        acts = [
            world.call("compare", many, case.pick(ARTICLES)),
            world.call("compare", few, article),
            world.call("compare", few, article),
        ]
        again = acts[2].after(acts[1]).at(sum(shop.seconds for shop in few) + 1)
        small = [_made_up(case, 1) for _ in range(case.size(0, case.pick((OTHERS, 0, 0))))]
        others = [world.call("compare", shops, case.pick(ARTICLES)) for shops in small]
        shared = _made_up(case, case.pick((0, 2, 0, 0)))
        for shop in shared:
            shop.listed *= 2  # Each of the two gets the same prices.
        twins = [world.call("compare", shared, article) for _ in shared[:1] * 2]
        run = world.attempt_all(*acts, *others, *twins)
        calls = [call for call in run.calls if call.service in many]
        early = [c for c in run.calls if c.service in few and c.started < again.started]
        late = [c for c in run.calls if c.service in few and c.started >= again.started]
        yield Page(many, acts[0], run, calls, world.is_timed)
        yield (page := Page(few, acts[1], run, early, world.is_timed))
        if page.is_due:  # Otherwise some are dearer by now, and some are not.
            yield Page(few, acts[2], run, late, world.is_timed)
        for shops, act in zip(small, others, strict=True):
            own = [call for call in run.calls if call.service in shops]
            yield Page(shops, act, run, own, world.is_timed)
        for act in twins:
            own = [call for call in run.calls if call.service in shared]
            yield Page(shared, act, run, own, world.is_timed, is_twin=True)


@check(
    "Every shop's price is returned, in the order of the shops",
    points=3,
    advice="give each task a place for its result that does not depend on when its shop replies",
)
def prices_in_order(case: Case) -> None:
    for page in pages(case):
        _expect_end(page)
        if page.is_due:
            _expect_prices(page)
        page.run.expect_nothing_left()


@check(
    "A shop that does not have the article keeps its place",
    advice="a shop's None is a result like any other: keep it where it is",
)
def missing_keeps_its_place(case: Case) -> None:
    for page in pages(case):
        _expect_end(page)
        if page.is_due and None in page.prices:
            page.run.expect(
                same(page.act.value, page.prices),
                f"compare() returned {shown(page.act.value)}, and the shops, from first to last, "
                f"have {shown(page.prices)}",
            )


@check(
    "All shops are asked at the same time",
    points=2,
    advice="start a task for every shop before you wait for any of them, let no shop wait for "
    "another between its two steps, and keep what every task returns",
)
def shops_overlap(case: Case) -> None:
    for page in pages(case):
        _expect_end(page)
        if not page.is_due:
            continue
        # Also here, so that nothing is gained by telling one check from the other.
        _expect_prices(page)
        if not page.is_timed:
            continue
        began = page.act.started
        for call in page.calls:
            page.run.expect(
                call.method != "find" or round(call.started - began, 6) <= 0,
                f"a shop was not asked before {call.started:g} s; all are to be asked at {began:g} s",
                at=call,
            )
        slowest = max((shop.seconds for shop in page.shops), default=0.0)
        page.run.expect(
            round(page.act.elapsed - slowest, 6) <= 0,
            f"it took {page.act.elapsed:g} s, not {slowest:g} s: "
            + (
                f"the slowest of {_shops(len(page.shops))}, all asked at the same time, needs that "
                "long for its two steps"
                if page.shops
                else "there is no shop to wait for"
            ),
        )


def _made_up(case: Case, most: int) -> list[Shop]:
    """So many shops at the most; one may be there several times."""
    slowest = case.pick((3, 3, 3, DAYS))
    shops: list[Shop] = []
    for _ in range(case.size(0, most)):
        if not shops or case.integer(0, 9) < 9:
            price = case.pick((case.integer(0, 9999), None))
            times = case.duration(0.1, slowest), case.duration(0.1, slowest)
            shops.append(Shop(case.integer(0, 99_999), price, times))
        else:
            shops.append(shops[0])
        shops[-1].listed += 1
    return shops


def _expect_end(page: Page) -> None:
    """Fail the check unless it ended as it should: with a list, with an error if a shop failed, or
    cancelled."""
    run, act, failed = page.run, page.act, page.failed
    if page.is_twin and not page.is_due:
        return
    if act.error is not None and act.record.cancelled_at is not None:
        run.expect(
            failed or page.was_cancelled,
            f"compare() was cancelled from outside at {act.record.cancelled_at:g} s, and raised "
            f"{act.error.kind}; it must let itself be cancelled",
            at=act.errors[0],
            advice="do not catch what a cancellation raises, or raise it again",
        )
    if not page.is_twin:
        run.expect_ended_with(act, page.calls)
    if failed is not None:
        run.expect(
            act.error is not None or page.was_cancelled,
            f"{failed.method}() failed ({failed.reply}), and compare() returned as if all were well",
            at=failed,
            advice="let the error out of compare()",
        )
    elif not page.was_cancelled:
        value = act.value
        run.expect(
            isinstance(value, list), f"compare() returned {type(value).__name__}, not a list"
        )


def _expect_prices(page: Page) -> None:
    """Fail the check unless all prices are there in their order, whatever became of the rest."""
    value, prices = page.act.value, page.prices
    there, due = ([price for price in each if price is not None] for each in (value, prices))
    kept = sorted(map(str, there)) == sorted(map(str, due))
    page.run.expect(
        same(there, due),
        ("all prices are there, but not in the order of the shops: " if kept else "")
        + f"compare() returned {shown(value)}, and the shops, from first to last, have "
        f"{shown(prices)}",
    )


def _shops(count: int) -> str:
    return f"{count} shop{'' if count == 1 else 's'}"


def _prices(count: int) -> str:
    return f"{count} price{'' if count == 1 else 's'}"
