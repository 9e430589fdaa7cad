"""Checks for sleeping_loop: a sleep that holds the thread of the event loop."""

from collections.abc import Sequence

from checker import Case, Run, Service, check
from checker.judge.trace import Warned

PATIENCE = 0.8
"""Virtual seconds that the watchdog waits for a beat."""


class Watchdog(Service):
    """Hears beats; the checks look at when they came."""

    latency = 0.0

    def beat(self) -> None:
        pass


class Oven(Service):
    """An oven; each kind is a class, so that a call tells which one it was for."""

    latency = 0.0

    def light(self) -> None:
        pass

    def load(self) -> None:
        pass


class BreadOven(Oven):
    pass


class CakeOven(Oven):
    pass


class PizzaOven(Oven):
    pass


@check(
    "The heartbeat goes on while the ovens get hot",
    points=2,
    advice="find the call that keeps the event loop's thread to itself, and wait in a way that lets "
    "other tasks have it",
)
def heart_beats_on(case: Case) -> None:
    needed = _times(case)
    run = _heat(case, [BreadOven(), CakeOven()], needed)
    run.expect_unblocked()
    ends = max([*needed, *(load.started for load in run.calls_to("load"))])
    last = None
    for beat in [*run.calls_to("beat"), None]:
        heard = last.started if last is not None else 0.0
        following = beat.started if beat is not None else ends
        run.expect(
            following - heard <= PATIENCE + 1e-9,
            f"the watchdog shut off the gas at {heard + PATIENCE:g} s: "
            + (f"it had heard a beat at {heard:g} s, " if last else "it had heard no beat, ")
            + (f"and the next one came at {following:g} s" if beat else "and no other one came")
            + _warning(run),
            at=_warned(run) or last,
        )
        last = beat


@check(
    "Ovens get hot at the same time: all of them take as long as the slowest",
    points=2,
    advice="while one oven gets hot, the others can, if nothing keeps their tasks from running",
)
def ovens_heat_together(case: Case) -> None:
    needed = _times(case)
    slowest = max(needed)
    run = _heat(case, [CakeOven(), PizzaOven()], needed)
    loads = run.calls_to("load")
    run.expect(len(loads) == 2, f"of 2 ovens, {len(loads)} were loaded")
    last = max(loads, key=lambda load: load.started)
    run.expect(
        round(last.started - slowest, 6) == 0,
        f"ovens that need {_list(needed)} s were all loaded after {last.started:g} s, not "
        f"{slowest:g} s" + _warning(run),
        at=_warned(run) or last,
    )
    # A heartbeat that looks at a flag now and then may end a little later than the work.
    run.expect(
        run.elapsed <= slowest + PATIENCE,
        f"all ovens were loaded at {slowest:g} s, but heat_all returned only at {run.elapsed:g} s",
    )


@check(
    "Every oven is loaded as soon as it is hot, and not before",
    advice="each oven needs its own time, between its own light() and its own load()",
)
def each_oven_in_its_time(case: Case) -> None:
    ovens = [PizzaOven(), BreadOven(), CakeOven()]
    needed = [*_times(case), 3.7]
    case.random.shuffle(needed)
    run = _heat(case, ovens, needed)
    for oven, seconds in zip(ovens, needed, strict=True):
        name = type(oven).__name__
        calls = [call for call in run.calls if call.service is oven]
        seen = [call.method for call in calls]
        run.expect(
            seen == ["light", "load"],
            f"the calls of the {name} were {_list(seen)}, not light and load",
            at=calls[-1] if calls else None,
        )
        light, load = calls
        run.expect(
            round(light.started, 6) == 0,
            f"the {name} was lit at {light.started:g} s; all ovens are lit at once, at 0 s",
            at=light,
        )
        run.expect(
            round(load.started - seconds, 6) == 0,
            f"the {name} was lit at 0 s, needs {seconds:g} s, and was loaded at "
            f"{load.started:g} s" + _warning(run),
            at=_warned(run) or load,
        )


def _times(case: Case) -> list[float]:
    """What two ovens need: like 1 s and 2 s, and never just when a heartbeat is due."""
    return [
        case.random.choice((1.1, 1.2, 1.3, 1.4, 1.6, 1.7)),
        case.random.choice((2.1, 2.2, 2.3, 2.4, 2.6, 2.7)),
    ]


def _heat(case: Case, ovens: Sequence[Oven], needed: Sequence[float]) -> Run:
    return case.world().run("heat_all", Watchdog(), list(zip(ovens, needed, strict=True)))


def _warned(run: Run) -> Warned | None:
    return run.warnings[0] if run.warnings else None


def _warning(run: Run) -> str:
    return f"; Python warned: {run.warnings[0].text}" if run.warnings else ""


def _list(items: Sequence[object]) -> str:
    return " and ".join(map(str, items)) or "none"
