"""Checks for sleeping_loop: a sleep that holds the thread of the event loop."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from checker import Act, Call, Case, Run, Service, check, question, scene

MOST_CALLS = 11
"""In a world."""

PATIENCE = 0.8
"""Virtual seconds that the watchdog waits for a beat."""

EPSILON = 1e-6
"""Virtual seconds by which sums of times may differ."""


class Watchdog(Service):
    """Hears beats; the checks look at when they came."""

    latency = 0.0

    def beat(self) -> None:
        pass


class Oven(Service):
    """Is lit and loaded; the checks look at when."""

    latency = 0.0

    def light(self) -> None:
        pass

    def load(self) -> None:
        pass


@dataclass(frozen=True)
class Heated:
    """An oven that was lit once, and loaded once when it was hot, or later."""

    name: str
    light: Call
    load: Call
    hot: float
    """When it would have been hot, had it been lit at once."""


@dataclass(frozen=True)
class Morning:
    """One call of heat_all, with ovens and a watchdog of its own."""

    ovens: list[Heated]
    beats: list[Call]
    act: Act
    run: Run
    place: str
    """Where there are several calls in a world, which one it was."""

    @property
    def loaded(self) -> float:
        """When the last oven was."""
        return max((oven.load.started for oven in self.ovens), default=self.act.started)


@scene
def mornings(case: Case) -> Iterator[Morning]:
    for world in case.explore():
        calls: list[tuple[Act, Watchdog, list[tuple[Oven, float]]]] = []
        for number in range(case.size(1, MOST_CALLS)):
            watchdog = Watchdog()
            # More ovens than AnyIO has threads; a few beside them; and fewer after them, one call
            # after the other. One oven is slow: more would make long runs of those in which each
            # waits for the others.
            count = case.integer(0, 2) if number > 1 else case.size(0, 12 if number else 44)
            slow = case.integer(0, max(0, count - 1))
            longest = 2.0 if number > 1 else 4.0
            ovens = [
                (Oven(), case.duration(1.0, 40.0 if n == slow and not number else longest))
                for n in range(count)
            ]
            act = world.call("heat_all", watchdog, ovens)
            if number == 1:
                act.at(case.duration(0.1, 5.0))
            elif number > 1:
                act.after(calls[0 if number == 2 else -1][0])
            calls.append((act, watchdog, ovens))
        run = world.run_all(*(act for act, _, _ in calls))
        yield from [_judged(run, *call) for call in calls]


def _judged(run: Run, act: Act, watchdog: Watchdog, ovens: list[tuple[Oven, float]]) -> Morning:
    """What came of a call, in which every oven must have been loaded hot."""
    place = f"in the call that began at {act.started:g} s, " if len(run.trace.acts) > 1 else ""
    heated = []
    for number, (oven, seconds) in enumerate(ovens, 1):
        name = f"{place}oven {number} of {len(ovens)}" if len(ovens) > 1 else f"{place}the oven"
        calls = [call for call in run.calls if call.service is oven]
        seen = " and ".join(f"{call.method}()" for call in calls)
        alike = [f"oven {n}" for n, (_, s) in enumerate(ovens, 1) if s == seconds and n != number]
        run.expect(
            seen == "light() and load()",
            f"{name} must get one light() and then one load(), and got {seen or 'neither'}"
            + (f"; it needs {seconds:g} s, as long as {alike[0]}" if alike else ""),
            at=calls[-1] if calls else None,
            advice="light each oven of the list once, and load it once when it is hot",
        )
        light, load = calls
        run.expect(
            load.started - light.started > seconds - EPSILON,
            f"{name} was loaded before it was hot: it needs {seconds:g} s, was lit at "
            f"{light.started:g} s, and was loaded at {load.started:g} s",
            at=run.warnings[0] if run.warnings else load,
            advice="await the coroutine that Python warned of: until then, it does nothing"
            if run.warnings
            else "between an oven's light() and its load(), wait all the seconds that it needs",
        )
        heated.append(Heated(name, light, load, act.started + seconds))
    beats = [call for call in run.calls if call.service is watchdog]
    return Morning(heated, beats, act, run, place)


@check(
    "The heartbeat goes on while the ovens get hot",
    points=2,
    advice="find the call that keeps the event loop's thread to itself, and wait in a way that lets "
    "other tasks have it",
)
def heart_beats_on(case: Case) -> None:
    for morning in mornings(case):
        heard = None
        for beat in [*morning.beats, None]:
            since = heard.started if heard else morning.act.started
            following = min(beat.started, morning.loaded) if beat else morning.loaded
            gap = f"a beat at {since:g} s and no other" if heard else "no beat"
            if beat:
                gap += f" until {beat.started:g} s"
            loads = [oven.load.started for oven in morning.ovens]
            also = "the oven"
            if loads[1:]:
                number = loads.index(morning.loaded) + 1
                also = f"the last of {len(loads)} ovens, number {number} of the list,"
            also += f" was not loaded until {morning.loaded:g} s"
            advice = "go on beating, every 0.8 s or less, until the slowest oven is loaded, whichever it is"
            if not morning.beats:
                advice = "start a heartbeat in each call, at once, whatever other calls do"
            held = [b.length for b in morning.run.blocked if since < b.ended <= following]
            if len(held) > 1:
                also = f"the event loop was held {len(held)} times, for {sum(held):g} s in all"
            morning.run.expect(
                following - since < PATIENCE + EPSILON,
                f"{morning.place}the watchdog heard {gap}, so it shut off the gas at "
                f"{since + PATIENCE:g} s; {also}",
                at=heard,
                advice=None if held else advice,
            )
            heard = beat
        morning.run.expect_unblocked()


@check(
    "Ovens get hot at the same time: all of them together take only as long as the slowest",
    points=2,
    advice="while a task waits for its oven, it must let the tasks of the other ovens run",
)
def ovens_heat_together(case: Case) -> None:
    for morning in mornings(case):
        if morning.ovens:
            last = max(morning.ovens, key=lambda oven: oven.load.started)
            slowest = max(oven.hot for oven in morning.ovens)
            morning.run.expect(
                last.load.started < slowest + EPSILON,
                f"{last.name} was lit at {last.light.started:g} s, but not loaded until "
                f"{last.load.started:g} s; {'even the slowest oven' if morning.ovens[1:] else 'it'} "
                f"could have been hot at {slowest:g} s",
                at=last.load,
                advice=_delayed(morning, last),
            )


@check(
    "Every oven is loaded as soon as it is hot",
    advice="nothing may hold the event loop's thread at the moment when an oven is to be lit or loaded",
)
def each_oven_in_its_time(case: Case) -> None:
    for morning in mornings(case):
        for oven in morning.ovens:
            morning.run.expect(
                oven.light.started < morning.act.started + EPSILON,
                f"{oven.name} was not lit until {oven.light.started:g} s; "
                f"all ovens should be lit when heat_all is called, at {morning.act.started:g} s",
                at=oven.light,
                advice=_delayed(morning, oven),
            )
        for oven in morning.ovens:
            morning.run.expect(
                oven.load.started < oven.hot + EPSILON,
                f"{oven.name} was hot at {oven.hot:g} s, but not loaded until {oven.load.started:g} s",
                at=oven.load,
                advice=_delayed(morning, oven),
            )


def _delayed(morning: Morning, oven: Heated) -> str | None:
    """What to try about an oven that is late, if nothing held the event loop."""
    if morning.run.blocked:
        return None
    if oven.light.started > morning.act.started + EPSILON:
        return "light every oven before you wait for any of them to get hot"
    return "find out what else this load() was waiting for: another oven, a free thread, a sleep?"


@check(
    "The heartbeat ends with the last oven",
    advice="when no oven is left to load, end the heartbeat: cancel it, or let it see that all is done",
)
def heart_stops(case: Case) -> None:
    for morning in mornings(case):
        # It may look every now and then whether it is still needed. Where something held the loop,
        # that is what made it late.
        since = f"all ovens were loaded at {morning.loaded:g} s"
        morning.run.expect(
            morning.run.blocked or morning.act.ended < morning.loaded + PATIENCE + EPSILON,
            f"{morning.place}{since if morning.ovens else 'there was no oven to heat'}, "
            f"but heat_all did not return until {morning.act.ended:g} s",
            at=morning.beats[-1] if morning.beats else None,
        )
        morning.run.expect_nothing_left()


@question
def two_ovens(case: Case) -> str:
    world = case.world()
    ovens = [(world.add(Oven()), 1.0), (world.add(Oven()), 2.0)]
    run = world.run("heat_all", world.add(Watchdog()), ovens)
    loaded = max(call.started for call in run.calls_to("load"))
    beats = [call.started for call in run.calls_to("beat") if call.started < loaded]
    is_quiet = any(after - before > PATIENCE for before, after in pairwise([*beats, loaded]))
    if is_quiet:
        return "neither" if loaded > 2.5 else "only_ovens"
    return "only_beats" if loaded > 2.5 else "as_meant"
