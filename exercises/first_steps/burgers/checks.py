"""Checks for burgers: what must come one after another does, and nothing else waits for it."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    Call,
    Calls,
    Case,
    Run,
    Service,
    check,
    counted,
    is_later,
    most_in_flight,
    often,
    question,
    same,
    same_time,
    scene,
    shown,
    were,
)

NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hope", "Ida", "", "ann", "Ann ")
BURGERS = ("cheeseburger", "", "bacon burger", "veggie burger", "double burger")
NUMBERS = range(40)
MOST = 12
DAYS = 2_000_000.0
HURRIES = ((3.0, 60.0, 400.0), (DAYS, 8.0, 3.0), (3.0, 8.0, DAYS), (3.0, DAYS, 400.0))
"""How long it takes at the most to order, to cook and to hand over."""


@dataclass(frozen=True)
class Customer:
    """Somebody in the line, and what will be ordered."""

    name: str
    number: int
    burger: str
    ordering: float
    cooking: float
    coming: float
    """How long it takes to hand the burger over."""


class Diner(Service):
    """Has one cashier, who does not notice if two talk to her at once, and some cooks."""

    def __init__(self, cooks: int, line: Sequence[Customer]) -> None:
        self.cooks = cooks
        self._free = cooks
        self._line = list(line)
        self._ordered: dict[int, Customer] = {}

    def take_order(self, customer: str) -> Generator[float, None, int]:
        mine = next((one for one in self._line if one.name == customer), None)
        if mine is None:
            raise LookupError(f"nobody named {customer!r} stands in line")
        self._line.remove(mine)
        yield mine.ordering
        self._ordered[mine.number] = mine
        return mine.number

    def cook(self, number: int) -> Generator[object, None, str]:
        if number not in self._ordered:
            raise LookupError(f"nobody has number {number}")
        order = self._ordered[number]
        yield lambda: self._free > 0
        self._free -= 1
        try:
            yield order.cooking
        finally:
            self._free += 1
        return order.burger

    def hand_over(self, number: int, burger: str) -> Generator[float, None, None]:
        yield self._ordered[number].coming if number in self._ordered else 1.0


@dataclass(frozen=True)
class Lunch:
    """One call of lunch, and what the diner did meanwhile."""

    diner: Diner
    customers: Sequence[Customer]
    act: Act
    calls: Calls
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    def to(self, method: str) -> Calls:
        return self.calls.where(lambda call: call.method == method)

    @property
    def orders(self) -> Calls:
        return self.to("take_order")

    def who(self, place: int) -> str:
        """`customer 2 (Bob)`, where the first one has the place 0."""
        name = self.customers[place].name
        return f"customer {place + 1}" + (f" ({name})" if name else "")

    def expect_served(self) -> None:
        """Everybody ordered once, and got their own burger once, before it returned."""
        run, act, count = self.run, self.act, len(self.customers)
        if act.error is not None:
            raise act.explained()
        run.expect_ended_with(act, self.calls, place=self.place)
        for call in self.calls:
            run.expect(
                call.done,
                f"{self.place}{call.method}() was begun at {call.started:g} s, and broken off at {call.ended:g} s",
                at=call,
                advice="wait until it is done, as long as it takes",
            )
        run.expect(
            len(self.orders) == count,
            f"{self.place}{counted(count, 'customer')} stood in line, and {counted(len(self.orders), 'order')} "
            f"{were(len(self.orders))} taken by {act.ended:g} s",
            at=self.orders.last,
            advice="take one order for each customer in the list, whatever the name is",
        )
        for place, customer in enumerate(self.customers):
            self._expect_burger(
                f"{self.place}{self.who(place)} got number {customer.number}", customer
            )
        for call in self.to("hand_over"):
            run.expect(
                call.given["number"] in [one.number for one in self.customers],
                f"{self.place}a burger was handed to number {call.given['number']}, which nobody has",
                at=call,
                advice="use the number that take_order() returned for this customer",
            )

    def _expect_burger(self, number: str, customer: Customer) -> None:
        """The burger for this customer was made, and handed over."""
        cooked = self.to("cook").given(number=customer.number)
        handed = self.to("hand_over").given(number=customer.number)
        self.run.expect(
            len(cooked) == 1,
            f"{number}, and the burger for it was {often(len(cooked), 'made')}",
            at=cooked.last,
            advice="have one burger made for each number, and 0 is a number like any other",
        )
        numbers = [call.given["number"] for call in self.to("hand_over")]
        twice = next((other for other in numbers if numbers.count(other) > 1), None)
        self.run.expect(
            len(handed) == 1,
            f"{number}, to which a burger was {often(len(handed), 'handed over')}; {shown(customer.burger)} had been made"
            + (
                ""
                if twice in (None, customer.number)
                else f", and number {twice} got more than one"
            ),
            at=handed.last or self.to("hand_over").last,
            advice="hand over each burger once, even one with nothing on it"
            if twice is None
            else "hand over once for each number; if tasks share the variable that holds it, that may have changed by "
            "the time a burger is done: give each task its number as an argument",
        )
        got = handed[0].given["burger"]
        self.run.expect(
            same(got, customer.burger),
            f"{number}, for which {shown(customer.burger)} was made, and was handed {shown(got)}",
            at=handed.last,
            advice="hand over to each number what cook() returned for that number",
        )

    def just_then(self, at: float) -> str:
        """What else had come to its end at that moment."""
        for call in self.calls:
            if call.ended is None or not same_time(call.ended, at):
                continue
            if call.method == "take_order":
                return f", when number {call.reply} had ordered"
            what = "made" if call.method == "cook" else "handed over"
            return f", when the burger of number {call.given['number']} was {what}"
        return ""

    def idle_cooks(self, at: float) -> str:
        """How many cooks had been at work until then, if it was never all of them."""
        cooks = self.diner.cooks
        most = most_in_flight(call for call in self.to("cook") if call.started < at)
        if most >= cooks:
            return ""
        if not most:
            return f". There {were(cooks)} {counted(cooks, 'cook')}, with nothing to do until then"
        return f". There are {cooks} cooks, and never more than {most} had been at work"


@scene
def lunches(case: Case) -> Iterator[Lunch]:
    """Two diners have lunch at the same time, and the first of them has another one afterwards."""
    for world in case.explore():
        first = _customers(case, MOST)
        again = _customers(case, 2, first)
        diner = world.add(Diner(case.pick([2, 1, 3, 4]), first + again))
        other = world.add(Diner(case.pick([2, 1, 3]), others := _customers(case, 2)))
        acts = [
            world.call("lunch", where, [customer.name for customer in customers])
            for where, customers in ((diner, first), (other, others), (diner, again))
        ]
        over = sum(one.ordering + one.cooking + one.coming for one in first) + 2.0
        acts[2].after(acts[0]).at(over)
        run = world.attempt_all(*acts)
        calls = run.calls.to(diner)
        # Nothing happens in the last second before the second lunch of the first diner.
        early, late = calls.where(_before(over - 1.0)), calls.where(_from(over - 1.0))
        place = "in lunch {} of 3, " if others or again else ""
        yield Lunch(diner, first, acts[0], early, run, place.format(1))
        yield Lunch(other, others, acts[1], run.calls.to(other), run, place.format(2))
        yield Lunch(diner, again, acts[2], late, run, place.format(3))


def _before(moment: float) -> Callable[[Call], bool]:
    return lambda call: call.started < moment


def _from(moment: float) -> Callable[[Call], bool]:
    return lambda call: call.started >= moment


def _customers(case: Case, most: int, before: Sequence[Customer] = ()) -> list[Customer]:
    """Customers who come for the first time, or again, and then order something else."""
    slow, grill, far = case.pick(HURRIES)
    names, numbers = case.distinct(NAMES, most), case.distinct(NUMBERS, most)
    for place in range(1, most):  # Some have the same name.
        if case.pick([False, False, False, True]):
            names[place] = names[case.integer(0, place - 1)]
    for place, one in enumerate(before[:most]):
        names[place], numbers[place] = one.name, one.number
    customers = [
        Customer(
            names[place],
            numbers[place],
            case.pick(BURGERS),
            case.pick([case.duration(0.2, slow), 0.0]),
            case.duration(0.53, grill),
            case.duration(0.17, far),
        )
        for place in range(most)
    ]
    # Two draws, since a quick search draws no large sizes.
    return customers[: case.size(0, min(most, 7)) + case.size(0, max(0, most - 7))]


@check(
    "The cashier takes one order after another, in the order of the line, and waits for nothing in between",
    points=3,
    advice="between two orders, wait for nothing: what comes after an order is the work of another task",
)
def orders_without_a_break(case: Case) -> None:
    for lunch in lunches(case):
        lunch.expect_served()
        for one, other in pairwise(lunch.orders):
            lunch.run.expect(
                one.ended_order is not None and one.ended_order < other.order,
                f"{lunch.place}{other.given['customer']!r} began to order at {other.started:g} s, while the cashier was busy "
                f"with {one.given['customer']!r} until {one.ended:g} s",
                at=other,
                advice="there is one cashier: let one task take the orders, one after another",
            )
        names = [customer.name for customer in lunch.customers]
        free = lunch.act.started
        for place, call in enumerate(lunch.orders):
            name = call.given["customer"]
            lunch.run.expect(
                name == names[place],
                f"{lunch.place}the cashier took the order of {name!r} at {call.started:g} s, when it was the turn of "
                f"{lunch.who(place)}; the line is {shown(names)}",
                at=call,
                advice="tasks that start together run in any order: let one task go through the line and take the orders",
            )
            seen = (
                f"the cashier was done with {lunch.who(place - 1)}" if place else "lunch was called"
            )
            lunch.run.expect(
                not is_later(call.started, free),
                f"{lunch.place}{seen} at {free:g} s, and {lunch.who(place)} could not order until {call.started:g} s"
                f"{lunch.just_then(call.started)}{lunch.idle_cooks(call.started)}",
                at=call,
                late=call,
            )
            free = call.ended or 0.0


@check(
    "An order goes to the kitchen the moment it is taken",
    points=2,
    advice="let each order go to the kitchen by itself, as soon as it has a number",
)
def cooked_at_once(case: Case) -> None:
    for lunch in lunches(case):
        lunch.expect_served()
        for order in lunch.orders:
            cook = lunch.to("cook").given(number=order.reply)[0]
            lunch.run.expect(
                not is_later(cook.started, order.ended or 0.0),
                f"{lunch.place}number {order.reply} had ordered at {order.ended:g} s, and the kitchen heard of it at "
                f"{cook.started:g} s{lunch.just_then(cook.started)}{lunch.idle_cooks(cook.started)}",
                at=cook,
                together=[[call] for call in [*lunch.orders, *lunch.to("cook")]],
                late=cook,
            )


@check(
    "Everybody gets their own burger, the moment it is done",
    points=2,
    advice="let the task that waits for a burger hand it over, and wait for no other",
)
def handed_over_at_once(case: Case) -> None:
    for lunch in lunches(case):
        lunch.expect_served()
        for cook in lunch.to("cook"):
            handed = lunch.to("hand_over").given(number=cook.given["number"])[0]
            lunch.run.expect(
                not is_later(handed.started, cook.ended or 0.0),
                f"{lunch.place}the burger of number {cook.given['number']} was done at {cook.ended:g} s, and began to go over the "
                f"counter at {handed.started:g} s{lunch.just_then(handed.started)}",
                at=handed,
                together=[[call] for call in lunch.calls],
                late=handed,
            )
        last = max([call.ended or 0.0 for call in lunch.to("hand_over")], default=lunch.act.started)
        lunch.run.expect(
            same_time(lunch.act.ended, last),
            f"{lunch.place}the last burger had been handed over at {last:g} s, and lunch returned at {lunch.act.ended:g} s"
            if lunch.customers
            else f"{lunch.place}nobody stood in line, and lunch took {lunch.act.elapsed:g} s",
            advice="return when the last burger has been handed over, and wait for nothing else",
        )
        lunch.run.expect_nothing_left()


@question
def three_customers(case: Case) -> str | None:
    world = case.world()
    customers = [
        Customer(name, number, "burger", 60.0, 600.0, 0.0) for number, name in enumerate("ABC")
    ]
    diner = world.add(Diner(2, customers))
    run = world.run("lunch", diner, ["A", "B", "C"])
    third = run.calls_to("take_order").given(customer="C")[0].started
    return {2: "at_two", 22: "one_by_one", 12: "both_cooks", 0: "all_at_once"}.get(
        round(third / 60)
    )
