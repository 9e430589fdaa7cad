"""Checks for results_from_tasks: what a task returns, and who gets it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import (
    Act,
    Call,
    Case,
    CheckFailed,
    Run,
    Service,
    check,
    counted,
    is_later,
    listed,
    question,
    same,
    scene,
    shown,
    takes,
)

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
SHARED = "keep nothing from one page where another can reach it: every page asks the shops itself"


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
        return next((call for call in self.calls if call.failed_with(*FAILURES)), None)

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
    def calls_that_ended_it(self) -> list[Call]:
        """The calls of its shops that failed with an error that came out of it."""
        return [c for c in self.calls if c.outcome == "failed" and self.act.heard(c)]

    @property
    def prices(self) -> list[int | None]:
        """What the shops replied. Fails the check unless each of them did."""
        replies = {id(call.service): call.reply for call in self.calls if call.done}
        told = {id(call.service) for call in self.calls if call.method == "price" and call.done}
        for shop in self.shops:
            if id(shop) not in replies or not (replies[id(shop)] is None or id(shop) in told):
                raise self._without_price(shop)
        return [replies[id(shop)] for shop in self.shops]

    def _without_price(self, shop: Shop) -> CheckFailed:
        """How it comes that this shop has told no price, and has failed with no error of its own."""
        name = f"shop {self.shops.index(shop) + 1} of {len(self.shops)}"
        own = [call for call in self.calls if call.service is shop]
        cut = next((call for call in own if call.outcome == "cancelled"), None)
        elsewhere = next((call for call in self.run.calls if call.service is shop), None)
        asked = Counter(id(call.service) for call in self.calls if call.method == "find")
        often = next((s for s in self.shops if asked[id(s)] > self.shops.count(s)), None)
        if cut is not None:
            seen = f"{cut.method}() of {name}, called at {cut.started:g} s, was given up at {cut.ended:g} s"
            advice = SHARED if self.is_twin else "wait for every reply, even if it takes days"
        elif own:
            seen = f"{name} was asked, but told no price"
            advice = "ask for the price under every number that is not None; 0 is a number, too"
        elif elsewhere is not None:
            seen = f"{name} was asked for another page, at {elsewhere.started:g} s, and not for this one"
            advice = "ask the shops anew for each page: a price may have changed since the last one"
        elif often is not None:
            seen = f"{name} was never asked, and shop {self.shops.index(often) + 1} was asked {asked[id(often)]} times"
            advice = "find out which shop each of your calls asks, and ask every shop of the list"
        else:
            seen, advice = f"{name} was never asked", "ask every shop, and return what it replied"
        seen += f"; compare() returned {shown(self.act.value)}"
        if cut is None:
            return CheckFailed(seen, advice=advice)
        return CheckFailed(seen, cut.line, advice, place=f"{cut.method}() was called here")

    def expect(self, value: list[int | None], due: list[int | None]) -> None:
        """Fail the check unless `value`, which is all that was returned or a part of it, is `due`."""
        if same(value, due):
            return
        returned, prices = self.act.value, self.prices
        seen = f"compare() returned {shown(returned)}; the shops' prices, in order, are {shown(prices)}"
        pairs = list(zip(self.shops, returned, prices, strict=False))
        wrong = [pair for pair in pairs if not same(*pair[1:])]
        shop, got, price = next(iter(wrong), (None, 0, None))
        place = f"place {pairs.index(wrong[0]) + 1}" if wrong else ""
        if not returned and any(price is not None for price in due):
            advice = (
                "a task group drops what its tasks return: find a way for each result to get from its "
                "task into the list"
            )
        elif len(returned) != len(prices):
            seen += f"; there should be {counted(len(prices), 'result')}, not {len(returned)}"
            advice = (
                "put one result into the list for each shop: None if it does not have the article"
            )
        elif sorted(map(str, value)) == sorted(map(str, due)):
            seen += "; all are there, but not in the order of the shops"
            advice = (
                "give each result a place in the list that depends neither on which task runs first "
                "nor on which shop replies first: a None comes sooner than a price, which takes two calls"
                if None in due
                else "give each result a place in the list that depends neither on which task runs first "
                "nor on which shop replies first"
            )
        elif self.is_from_elsewhere(got):
            seen += f"; {place} holds {got!r}, which a shop had replied to another page"
            advice = SHARED
        elif any(other is shop and same(*pair) for other, *pair in pairs):
            places = [str(n) for n, other in enumerate(self.shops, start=1) if other is shop]
            seen += f"; {place} holds {got!r}, and its shop had replied {price!r}; places {listed(places)} are of "
            seen += "one shop, which is in the list more than once"
            advice = "give each place of the list its own result, even if one shop has two places"
        elif all(pair == [None, 0] for _, *pair in wrong):
            seen += "; None stands in the place of a price of 0"
            advice = (
                "0 is a price like any other: only None says that a shop does not have the article"
            )
        else:
            seen += f"; {place} holds {got!r}, and its shop had replied {price!r}"
            advice = "follow the first price that is wrong from its shop to its place in the list"
        raise CheckFailed(seen, None, advice)

    @property
    def by_shop(self) -> Iterator[list[Call]]:
        """The calls of each shop, of this page."""
        for shop in self.shops:
            yield [call for call in self.calls if call.service is shop]

    @property
    def pause(self) -> tuple[float, Call] | None:
        """When a shop had found the article, and the later call that asked it for the price."""
        for call in self.calls:
            finds = [c for c in self.calls if c.service is call.service and c.method == "find"]
            found = [c.ended for c in finds if c.ended is not None and c.ended <= call.started]
            if call.method == "price" and found and is_later(call.started, max(found)):
                return max(found), call
        return None

    def is_from_elsewhere(self, price: object) -> bool:
        """Whether this price was told to another page before this one had ended, and not to this one."""
        own = {id(call) for call in self.calls}
        told = [call for call in self.run.calls_to("price").done if same(call.reply, price)]
        return not any(id(call) in own for call in told) and any(
            not is_later(call.ended or 0.0, self.act.ended) for call in told
        )


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
        shared = _made_up(case, case.pick((2, 0)))
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
    "Every shop's price is returned, in order, and nothing goes on after an error or a cancellation",
    points=3,
    advice="whatever compare() starts, it must wait for, or cancel",
)
def prices_in_order(case: Case) -> None:
    for page in pages(case):
        _expect_end(page)
        if page.is_due:
            _expect_prices(page)
        page.run.expect_nothing_left()


@check("A shop that does not have the article keeps its place")
def missing_keeps_its_place(case: Case) -> None:
    for page in pages(case):
        _expect_end(page)
        if page.is_due and None in page.prices:
            page.expect(page.act.value, page.prices)


@check("All shops are asked at the same time", points=2)
def shops_overlap(case: Case) -> None:
    for page in pages(case):
        _expect_end(page)
        if not page.is_due:
            continue
        # Also here, so that nothing is gained by telling one check from the other.
        _expect_prices(page)
        if not page.is_timed:
            continue
        began, took = page.act.started, page.act.elapsed
        finds = [call for call in page.calls if call.method == "find"]
        late = [call for call in finds if is_later(call.started, began)]
        page.run.expect(
            not late,
            f"compare() was called at {began:g} s, and asked {len(finds) - len(late)} of "
            f"{counted(len(finds), 'shop')} at once; the next was not asked until "
            f"{late[0].started if late else 0:g} s",
            at=next(iter(late), None),
            advice="start a task for every shop, however many there are, before you wait for any of them",
            together=page.by_shop,
        )
        slowest = max((shop.seconds for shop in page.shops), default=0.0)
        is_late = is_later(took, slowest)
        found, price = (is_late and page.pause) or (0.0, None)
        message = f"compare() took {took:g} s; {counted(len(page.shops), 'shop')} can reply to both calls "
        message += f"within {slowest:g} s"
        advice = "wait for the replies of the shops, and for nothing else"
        if price is not None:
            message += (
                f", but one had found the article at {found:g} s and was not asked for its price "
            )
            message += f"until {price.started:g} s"
            advice = "let no shop wait for another between its two steps"
        page.run.expect(not is_late, message, at=price, advice=advice, together=page.by_shop)


def _made_up(case: Case, most: int) -> list[Shop]:
    """So many shops at the most; one may be there several times."""
    slowest = case.pick((3, 3, 3, DAYS))
    shops: list[Shop] = []
    for _ in range(case.size(0, most)):
        if not shops or case.integer(0, 9) < 9:
            price = case.pick((case.amount(0, 9999), None))
            times = case.duration(0.1, slowest), case.duration(0.1, slowest)
            shops.append(Shop(case.amount(0, 99_999), price, times))
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
        others = sum(call.failed_with(*FAILURES) for call in page.calls) - 1
        several = f", as did {counted(others, 'more call')}" if others else ""
        run.expect(
            act.error is not None or page.was_cancelled,
            f"{failed.method}() failed at {failed.ended:g} s ({failed.failure}){several}, and compare() "
            "returned as if all was well",
            at=failed,
            advice="if shops raise errors, compare() must raise one too, even if several come at once"
            if others
            else "if a shop raises an error, compare() must raise it too, whatever the other shops reply",
        )
    elif not page.was_cancelled:
        if act.error is not None and run.trace.cancelled_at is not None:
            raised = act.explained()
            seen = (
                "none of this page's shops had failed, and it was another page that was cancelled"
            )
            raise CheckFailed(f"{raised.message}; {seen}", raised.line, SHARED)
        for call in page.calls_that_ended_it:
            if call.method == "price" and None in [*call.arguments, *call.keywords.values()]:
                found = any(
                    c.service is call.service and c.method == "find" and c.done and c.reply is None
                    for c in page.calls
                )
                raise CheckFailed(
                    "price() was called with None"
                    + (
                        "; find() had replied None, since the shop does not have the article"
                        if found
                        else ""
                    ),
                    call.line,
                    "ask for a price only where find() replied a number",
                    topic="price() was called with None",
                    place="price() was called here",
                )
        value = act.value
        run.expect(
            isinstance(value, list),
            f"compare() returned {shown(value)}, and should return a list",
            advice="return a list of the prices",
        )


def _expect_prices(page: Page) -> None:
    """Fail the check unless all prices are there in their order, whatever became of the rest."""
    value, prices = page.act.value, page.prices
    page.expect(*([price for price in each if price is not None] for each in (value, prices)))


@question
def three_shops(case: Case) -> str | None:
    world = case.world()
    shops = [world.add(Shop(n, 10 * n, (n / 2, n / 2))) for n in (1, 2, 3)]
    for shop in shops:
        shop.listed = 1
    run = world.run("compare", shops, "kettle")
    if run.value == []:
        return "at_once" if run.elapsed < 1.0 else "nothing"
    if run.value == [None] * 3:
        return "places"
    return "collected" if run.value == [10, 20, 30] else None
