"""Checks for one_after_another: waits that could overlap and do not."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from checker import Call, Case, Run, Service, check, takes

SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo")


class Directory(Service):
    """A directory of phone numbers; each name has its own number, and its own time to answer."""

    def __init__(
        self, numbers: Mapping[str, int], seconds: Mapping[str, float] | None = None
    ) -> None:
        self.numbers = numbers
        self.seconds = seconds or {}

    def _time(self, name: str) -> float:
        return self.seconds.get(name, 1.0)

    @takes(_time)
    def look_up(self, name: str) -> int:
        if name not in self.numbers:
            raise LookupError(f"the directory knows nobody named {name!r}")
        return self.numbers[name]


@check(
    "The offices overlap: all of them take as long as the largest of them",
    points=3,
    advice="while one office waits for an answer, another one could be asking",
)
def offices_overlap(case: Case) -> None:
    # As in the story, the first office is done neither first nor last; and no two of them, one
    # after the other, fit into the time of the third.
    small, middle, large = sorted(case.random.sample(range(5, 10), k=3))
    sizes = [middle, large, small]
    offices, numbers = _company(case, sizes)
    run = case.world().run("look_up_all", Directory(numbers), offices)
    _expect_everybody(run, numbers)
    run.expect(
        run.elapsed <= large + 1e-9,
        f"offices of {_list(sizes)} people, a second for each, took {run.elapsed:g} s, with "
        f"{_questions(run.most_in_flight())} under way at the same time at the most; the largest "
        f"office alone takes {large} s, and the others fit into that",
    )


@check(
    "Within an office, people are looked up one after another, in the order of the list",
    points=2,
    advice="what must happen in order belongs in one task",
)
def offices_keep_their_order(case: Case) -> None:
    offices, numbers = _company(case, case.random.sample(range(3, 7), k=4))
    seconds = {name: case.random.choice((0.5, 1.0, 1.5)) for name in numbers}
    run = case.world().run("look_up_all", Directory(numbers, seconds), offices)
    for office, names in enumerate(offices):
        calls = [call for call in run.calls if _name(call) in names]
        for before, call in pairwise(calls):
            run.expect(
                before.ended is not None and before.ended <= call.started,
                f"{_name(call)} was looked up at {call.started:g} s, when office {office + 1} was "
                f"still busy with the question about {_name(before)}",
                at=call,
            )
        for call, name in zip(calls, names, strict=False):
            run.expect(
                _name(call) == name,
                f"{_name(call)} was looked up when it was the turn of {name}; the list of office "
                f"{office + 1} is {', '.join(names)}",
                at=call,
            )
        run.expect(
            len(calls) == len(names),
            f"office {office + 1} has {len(names)} people and got {_questions(len(calls))}",
            at=calls[-1] if calls else None,
        )


@check(
    "An office that gets slow answers does not hold the others up",
    advice="no office needs to know how far another one is",
)
def slow_answers_hold_up_nobody_else(case: Case) -> None:
    # Each office waits long for one person, and each for another place in its list.
    offices, numbers = _company(case, [4, 4, 4, 4])
    slow = case.random.sample(range(4), k=4)
    seconds = {names[place]: 3.0 for names, place in zip(offices, slow, strict=True)}
    run = case.world().run("look_up_all", Directory(numbers, seconds), offices)
    _expect_everybody(run, numbers)
    run.expect(
        run.elapsed <= 6.0 + 1e-9,
        f"in each of 4 offices, three answers took 1 s and one took 3 s: 6 s for an office. All "
        f"of them together took {run.elapsed:g} s, not 6 s",
    )


def _company(case: Case, sizes: Sequence[int]) -> tuple[list[list[str]], dict[str, int]]:
    """Offices of these sizes, and the numbers of the people in them."""
    names: list[str] = []
    while len(names) < sum(sizes):
        name = "".join(case.random.sample(SYLLABLES, k=3)).capitalize()
        if name not in names:
            names.append(name)
    numbers = dict(zip(names, case.random.sample(range(1000, 10000), k=len(names)), strict=True))
    offices = []
    for size in sizes:
        offices.append(names[:size])
        names = names[size:]
    return offices, numbers


def _expect_everybody(run: Run, numbers: Mapping[str, int]) -> None:
    book = run.value
    run.expect(
        isinstance(book, dict), f"look_up_all returned {type(book).__name__}, not a dictionary"
    )
    missing = [name for name in numbers if name not in book]
    warned = run.warnings[0] if run.warnings else None
    run.expect(
        not missing,
        f"the phone book lacks {len(missing)} of {len(numbers)} people; the first is "
        + next(iter(missing), "")
        + (f". Python warned: {warned.text}" if warned else ""),
        at=warned,
    )
    for name, number in numbers.items():
        run.expect(
            book[name] == number,
            f"the phone book gives {name} the number {book[name]}, not {number}",
        )
    run.expect_value(dict(numbers), "the phone book")


def _name(call: Call) -> object:
    """Whom a call asked for."""
    return call.given.get("name")


def _questions(count: int) -> str:
    return f"{count} question{'' if count == 1 else 's'}"


def _list(sizes: Sequence[int]) -> str:
    return f"{', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"
