"""Checks for sleeping_loop: a sleep that holds the thread of the event loop."""

from collections.abc import Iterator
from dataclasses import dataclass

from checker import Act, Call, Calls, Case, CheckFailed, Run, Service, check, question, scene

MOST_CALLS = 11
"""In a world."""

CROWD_OF_OVENS = 50
"""More than the threads that AnyIO has at a time, unless it is told otherwise: 40."""

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
    beats: Calls
    act: Act
    run: Run
    place: str
    """Where there are several calls in a world, which one it was."""

    @property
    def loaded(self) -> float:
        """When the last oven was."""
        return max((oven.load.started for oven in self.ovens), default=self.act.started)

    def beside(self, start: float, end: float) -> str:
        """Which other call was running in that time, for the end of a message."""
        for record in self.run.trace.acts:
            began = record.started
            if record is self.act.record or began is None or began >= end:
                continue
            if record.ended is None or record.ended > start:
                return f". Another call, begun at {began:g} s, was running then"
        return ""


@scene
def mornings(case: Case) -> Iterator[Morning]:
    for world in case.explore():
        calls: list[tuple[Act, Watchdog, list[tuple[Oven, float]]]] = []
        for number in range(case.size(1, MOST_CALLS)):
            watchdog = Watchdog()
            # Now and then more ovens than AnyIO has threads; a few beside them; and fewer after them,
            # one call after the other. One oven is slow: more would make long runs of those in
            # which each waits for the others.
            count = case.integer(0, 2) if number > 1 else case.size(0, 12)
            if number == 0:
                count += case.pick((0, 0, 0, CROWD_OF_OVENS))
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
        calls = run.calls.to(oven)
        seen = " and ".join(f"{call.method}()" for call in calls)
        alike = [f"oven {n}" for n, (_, s) in enumerate(ovens, 1) if s == seconds and n != number]
        run.expect(
            seen == "light() and load()",
            f"{name} must get one light() and then one load(), and got {seen or 'neither'}"
            + (f"; it needs {seconds:g} s, as long as {alike[0]}" if alike else ""),
            at=calls.last,
            advice="light each oven of the list once, and load it once when it is hot",
        )
        light, load = calls
        if load.started - light.started <= seconds - EPSILON:
            line = run.warnings[0].line if run.warnings else load.line
            raise CheckFailed(
                f"{name} was loaded before it was hot: it needs {seconds:g} s, was lit at "
                f"{light.started:g} s, and was loaded at {load.started:g} s",
                line,
                "await the coroutine that Python warned of: until then, it does nothing"
                if run.warnings
                else "between an oven's light() and its load(), wait as many seconds as it needs",
                # Each check finds it, with numbers of its own.
                topic=f"loaded before it was hot at {line}",
                place="" if run.warnings or line is None else "load() was called here",
            )
        heated.append(Heated(name, light, load, act.started + seconds))
    beats = run.calls.to(watchdog)
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
            elif not heard:
                gap += " at all"
            other = morning.beside(since, following)
            loads = [oven.load.started for oven in morning.ovens]
            also = "the oven"
            if loads[1:]:
                number = loads.index(morning.loaded) + 1
                also = f"the last of {len(loads)} ovens, number {number} of the list,"
            also += f" was not loaded until {morning.loaded:g} s"
            advice = "go on beating, every 0.8 s or less, until the slowest oven is loaded, whichever it is"
            if not morning.beats:
                advice = "start a heartbeat in each call, and let it beat at once"
                if other:
                    advice = "start a heartbeat in each call, whatever other calls do: each has its own watchdog"
            held = [b.length for b in morning.run.blocked if since < b.ended <= following]
            if len(held) > 1:
                also = f"the event loop was held {len(held)} times, for {sum(held):g} s in all"
            morning.run.expect(
                following - since < PATIENCE + EPSILON,
                f"{morning.place}the watchdog heard {gap}, so it shut off the gas at "
                f"{since + PATIENCE:g} s; {also}{other}",
                at=heard,
                advice=None if held else advice,
            )
            heard = beat
        morning.run.expect_unblocked()


@check(
    "Ovens get hot at the same time: all of them together take only as long as the slowest",
    points=2,
    advice="nothing may hold the event loop or wait for another oven while an oven gets hot",
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
                late=last.load,
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
                late=oven.load,
            )


def _delayed(morning: Morning, oven: Heated) -> str | None:
    """What to try about an oven that is late, if nothing held the event loop."""
    if morning.run.blocked:
        return None
    if oven.light.started > morning.act.started + EPSILON:
        return "light all ovens at once, however many there are: none has to wait for another"
    return "look at all that is awaited between this oven's light() and its load(): it must take as long as the oven needs, and no longer"


@check(
    "The heartbeat ends with the last oven",
    advice="whatever heat_all starts must have ended when it returns: await it, or cancel it",
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
            at=morning.beats.last,
            advice="when no oven is left to load, end the heartbeat: cancel it, or let it see that all is done"
            if any(beat.started > morning.loaded for beat in morning.beats)
            else "return when the last oven is loaded: nothing else is left to do",
        )
        morning.run.expect_nothing_left()


@question
def second_beat(case: Case) -> str | None:
    world = case.world()
    oven = world.add(Oven())
    oven.latency = 0.1  # So that the heartbeat has begun to sleep when the oven is lit.
    run = world.run("heat_all", world.add(Watchdog()), [(oven, 2.0)])
    beats = [call.started for call in run.calls_to("beat")]
    if len(beats) < 2:
        return "adds_up"
    if beats[1] >= 2.1:
        return "held_up"
    return "on_time" if beats[1] == 0.5 else "interrupted"
