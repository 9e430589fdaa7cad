"""Checks for results_from_tasks: what a task returns, and who gets it."""

from collections.abc import Sequence

from checker import Case, Run, Service, World, check, takes


class Shop(Service):
    """A shop that sells one article, under a number of its own, or does not have it."""

    def __init__(self, number: int, price: int | None, times: tuple[float, float] = (1, 1)) -> None:
        self._number = number
        self._price = price
        self._times = times
        self.asked = False

    @takes(lambda self, article: self._times[0])
    def find(self, article: str) -> int | None:
        self.asked = True
        return None if self._price is None else self._number

    @takes(lambda self, number: self._times[1])
    def price(self, number: int) -> int:
        if self._price is None or number != self._number:
            raise LookupError(f"this shop has nothing under the number {number}")
        return self._price


def compare(
    case: Case,
    world: World,
    prices: Sequence[int | None],
    times: Sequence[tuple[float, float]] | None = None,
) -> Run:
    """Run `compare`, and fail the check unless it returned these prices, in some order or other."""
    numbers = case.random.sample(range(10_000, 100_000), k=len(prices))
    shops = [
        Shop(*each) for each in zip(numbers, prices, times or [(1, 1)] * len(prices), strict=True)
    ]
    article = case.random.choice(["kettle", "tea pot", "toaster", "torch"])
    run = world.run("compare", [world.add(shop) for shop in shops], article)
    if not isinstance(run.value, list):
        run.expect_value(prices, "what compare() returned")
    asked = sum(shop.asked for shop in shops)
    arrived = sum(call.done for call in run.calls_to("price"))
    run.expect(
        sorted(run.value, key=repr) == sorted(prices, key=repr)
        and asked == len(shops)
        and arrived == sum(price is not None for price in prices),
        f"{asked} of {len(shops)} shops were asked and {arrived} prices arrived; compare() returned "
        f"{run.value}, and the shops, from first to last, have {prices}",
    )
    return run


def expect_in_order(run: Run, prices: Sequence[int | None]) -> None:
    run.expect(
        run.value == prices,
        f"all prices are there, but not in the order of the shops: compare() returned "
        f"{run.value}, and the shops, from first to last, have {prices}",
    )


@check(
    "Every shop's price is returned, in the order of the shops",
    points=3,
    advice="give each task a place for its result that does not depend on when its shop replies",
)
def prices_in_order(case: Case) -> None:
    for world in case.schedules(runs=8):
        # Neither rising nor falling, and with a price that two shops ask: nothing but the order
        # does. Others each time, so that nobody can remember them.
        low, lower_middle, middle, high = sorted(case.random.sample(range(1000, 9000), k=4))
        prices = [middle, low, high, low, lower_middle]
        expect_in_order(compare(case, world, prices), prices)


@check(
    "A shop that does not have the article keeps its place",
    advice="a shop's None is a result like any other: keep it where it is",
)
def missing_keeps_its_place(case: Case) -> None:
    low, high = sorted(case.random.sample(range(1000, 9000), k=2))
    prices = [None, high, None, low]
    # The later a shop stands in the list, the earlier it replies.
    times = [(2.0, 0.1), (1.7, 0.1), (1.4, 0.1), (1.1, 0.1)]
    expect_in_order(compare(case, case.world(), prices, times), prices)


@check(
    "All shops are asked at the same time",
    points=2,
    advice="start a task for every shop before you wait for any of them, let no shop wait for "
    "another between its two steps, and keep what every task returns",
)
def shops_overlap(case: Case) -> None:
    prices = case.random.sample(range(1000, 9000), k=5)
    # One shop is slow to find and another to price: waiting for all between the steps costs time.
    # In whole milliseconds, and never in tenths of a second, for who looks every tenth.
    steps = [(200, 2900), (2500, 400), (600, 500), (100, 700), (300, 300)]
    times = [(find + case.random.randint(1, 40), price + 45) for find, price in steps]
    case.random.shuffle(times)
    seconds = [(find / 1000, price / 1000) for find, price in times]
    run = compare(case, case.world(), prices, seconds)
    for call in run.calls_to("find"):
        run.expect(
            call.started == 0,
            f"a shop was not asked before {call.started:g} s; all are to be asked at 0 s",
            at=call,
        )
    slowest = max(find + price for find, price in times) / 1000
    run.expect_elapsed(
        slowest,
        f"the slowest of {len(prices)} shops, all asked at the same time, needs that long "
        "for its two steps",
    )
    # Also here, so that nothing is gained by telling one check from the other.
    expect_in_order(run, prices)
