"""Checks for stuck_reel: stations in a row, of which none goes on when one has failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    CheckFailed,
    ClosedResourceError,
    EndOfStream,
    Run,
    Service,
    World,
    WouldBlock,
    advise,
    check,
    counted,
    is_later,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

ERRORS = (
    ValueError("too dark"),
    EndOfStream("the lamp has burnt out"),
    KeyError("no such colour"),
    ClosedResourceError("the lid is open"),
    TimeoutError("no answer"),
    BrokenResourceError("the film is torn"),
    WouldBlock("not now"),
)
"""What a station may fail with. Those of AnyIO are easily taken for something else."""

SHADES = 10


def shade(number: int) -> int:
    """A frame: -1, 0, or a number that is not much greater."""
    return (number + 1) % SHADES - 1


class Scanner(Service):
    """Hands out frames, each of which takes a time of its own; and so does the end."""

    def __init__(self, frames: Sequence[int], seconds: Sequence[float]) -> None:
        self.frames = frames
        self.seconds = seconds
        self.scanned = 0

    @takes(lambda self: self.seconds[self.scanned])
    def __anext__(self) -> int:
        if self.scanned == len(self.frames):
            raise StopAsyncIteration
        self.scanned += 1
        return self.frames[self.scanned - 1]


class Machine(Service):
    """Makes another frame of each, in a time of its own, and may break down."""

    def __init__(
        self, shift: int, seconds: Sequence[float], left: int | None, error: Exception
    ) -> None:
        self.shift = shift
        self._seconds = iter(seconds)
        self.left = left
        """How many frames it processes before it breaks down; None if it does not."""
        self.error = error

    @takes(lambda self, frame: next(self._seconds, 1.0))
    def process(self, frame: int) -> int:
        if self.left is not None:
            if self.left == 0:
                raise self.error
            self.left -= 1
        return shade(frame + self.shift)


class Archive(Service):
    def __init__(self, seconds: Sequence[float]) -> None:
        self._seconds = iter(seconds)

    @takes(lambda self, frame: next(self._seconds, 1.0))
    def store(self, frame: int) -> None:
        pass


@dataclass(frozen=True)
class Reel:
    """One call of restore, with stations of its own."""

    stations: Sequence[Service]
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(lambda call: call.service in self.stations)

    def name(self, station: Service | None) -> str:
        if station is self.stations[0]:
            return "the scanner"
        if station is self.stations[-1]:
            return "the archive"
        number = next(at for at, other in enumerate(self.stations) if other is station)
        return f"machine {number} of {len(self.stations) - 2}"

    def tell(self, failed: Call) -> str:
        """That a station failed, for the beginning of a message."""
        return f"{self.place}{self.name(failed.service)} failed at {failed.ended:g} s with {failed.failure}"

    def expect_end(self, failures: Sequence[Call]) -> None:
        """The call has come to an end."""
        run = self.run
        if self.act.record.ended is None:
            told = self.act.explained()
            if not failures or not run.is_deadlocked:
                raise told
            raise CheckFailed(
                f"{self.tell(failures[0])}, and restore() did not end. It came to a {told.message}",
                told.line,
                "when a station fails, let each task that waits for it hear of that: what do the others wait for here, and "
                "what would end that?",
                topic=told.topic,
                place=told.place,
            )
        if run.error is None and not run.was_cancelled and not run.is_deadlocked:
            _ = run.value  # Whatever else may end a run is told here.

    def expect_turns(self) -> None:
        """Each station has had one frame at a time: those which the station before it handed out, in order."""
        for station in self.stations:
            for before, after in pairwise(self.run.calls.to(station)):
                self.run.expect(
                    before.ended_order is not None and before.ended_order < after.order,
                    f"{self.place}{self.name(station)} was asked to start on another frame at {after.started:g} s, while it "
                    f"was still busy with the one on which it had started at {before.started:g} s",
                    at=after,
                    advice="let each station deal with one frame at a time: wait until its call has returned",
                )
        for source, station in pairwise(self.stations):
            made = [call.reply for call in self.run.calls.to(source).done]
            calls = self.run.calls.to(station)
            got = [call.given["frame"] for call in calls]
            if same(got, made[: len(got)]):
                continue
            # Only numbers come out of a scanner and of a machine; None says that there are no more.
            self.run.fail(
                f"{self.place}{self.name(source)} handed out {shown(frames_of(made))}, and {self.name(station)} got "
                f"{shown(got)}",
                at=calls.last,
                advice="hand each frame that a station returns to the station after it: each once, and in their order",
            )

    def expect_restored(self) -> None:
        """Every frame went through all stations, and the number of them was returned."""
        act, run = self.act, self.run
        if act.error is not None:
            error, told = act.errors[0], act.explained()
            run.fail(
                f"{self.place}{told.message}; no station had failed",
                at=error,
                advice=advise(error, run.trace.backend) or told.advice,
                tells_error=True,
            )
        self.expect_turns()
        scanner, archive = self.stations[0], self.stations[-1]
        frames = frames_of([call.reply for call in run.calls.to(scanner).done])
        run.expect(
            run.calls.to(scanner).done.where(lambda call: call.reply is None),
            f"{self.place}restore() returned {shown(act.value)} at {act.ended:g} s, and the scanner had not ended: it had handed "
            f"out {shown(frames) if frames else 'nothing'}",
            at=run.calls.to(scanner).last,
            advice="take frames from the scanner until the `async for` over it ends by itself"
            + ("; 0 is a frame like any other" if frames and frames[-1] == 0 else ""),
        )
        for station in self.stations[1:]:
            done = run.calls.to(station).done
            run.expect(
                len(done) == len(frames),
                f"{self.place}the scanner handed out {counted(len(frames), 'frame')}, {shown(frames)}, and {self.name(station)} "
                f"was done with {len(done)} of them when restore() returned, at {act.ended:g} s",
                at=run.calls.to(station).last,
                advice="when one station has ended, let the one after it deal with all the frames that it still gets: 0 is "
                "one like any other",
            )
        stored = len(run.calls.to(archive).done)
        run.expect(
            same(act.value, stored),
            f"{self.place}restore() returned {shown(act.value)}, and {counted(stored, 'frame')} had been stored",
            advice="return how many frames were stored in this call",
        )


def frames_of(replies: Sequence[object]) -> list[object]:
    """What came out of a station, without the end of it."""
    return [reply for reply in replies if reply is not None]


@scene
def good_nights(case: Case) -> Iterator[Reel]:
    for world in case.explore(orders=True):
        yield from _play(case, world)


@scene
def bad_nights(case: Case) -> Iterator[Reel]:
    for world in case.explore(fail=ERRORS):
        yield from _play(case, world, may_break=True)


@scene
def short_nights(case: Case) -> Iterator[Reel]:
    for world in case.explore(cancel=True):
        yield from _play(case, world, may_be_cancelled=True)


def _play(
    case: Case, world: World, *, may_break: bool = False, may_be_cancelled: bool = False
) -> Iterator[Reel]:
    """One reel, or two of them, at the same time or one after the other."""
    # What is left of a reel that got stuck must not harm another one.
    plan = case.pick(["after it", "beside it"] if may_break else ["alone", "beside it", "after it"])
    # How many machines, and how many frames: a few of both, a long reel, a long row.
    sizes = case.pick([(3, 5), (1, 13), (11, 2)])
    least = 1 if may_break or may_be_cancelled else 0
    breaks, leaves_at = case.integer(0, 2) == 2, case.duration(0.15, 5.0)
    reels = [_draw(case, world, *sizes, least=least, breaks=may_break and breaks)]
    if plan != "alone":
        reels.append(_draw(case, world, 2, 3, least=0, breaks=False))
    acts = [world.call("restore", stations[0], stations[1:-1], stations[-1]) for stations in reels]
    if plan == "after it":
        acts[1].after(acts[0])
    if may_be_cancelled and case.pick([True, False]):
        acts[0].cancel_after(leaves_at)
    # Where a station fails, those that wait for ever are told below.
    run = world.observe_all(*acts) if may_break else world.attempt_all(*acts)
    for number, (stations, act) in enumerate(zip(reels, acts, strict=True), 1):
        is_alone = number == 1 and plan != "beside it"
        yield Reel(stations, act, run, "" if is_alone else f"in call {number} of 2, ")


def _draw(
    case: Case, world: World, most_machines: int, most_frames: int, *, least: int, breaks: bool
) -> list[Service]:
    """The stations for a reel."""
    # What is drawn for a frame does not depend on how many there are: so a failure is shrunk better.
    frames = [shade(case.integer(0, SHADES - 1)) for _ in range(most_frames)]
    coming = _seconds(case, most_frames + 1)
    scanner = world.add(Scanner(frames[: case.size(2 * least, most_frames)], coming))
    first, left = case.integer(0, len(ERRORS) - 1), case.integer(0, 3)
    broken = case.integer(0, most_machines - 1) if breaks else None
    # With the one after it, which may fail at the same moment, on the frame before.
    pair = case.pick([False, True])
    machines = []
    for number in range(most_machines):
        shift, seconds = case.integer(0, SHADES - 1), _seconds(case, most_frames)
        error = ERRORS[(first + number) % len(ERRORS)]
        fails_after = left if number == broken else None
        if pair and broken is not None and number == broken + 1:
            fails_after = max(left - 1, 0)
        machines.append(Machine(shift, seconds, fails_after, error))
    machines = [world.add(machine) for machine in machines[: case.size(least, most_machines)]]
    return [scanner, *machines, world.add(Archive(_seconds(case, most_frames)))]


def _seconds(case: Case, frames: int) -> list[float]:
    """How long a station takes for each frame. Any station may be the slowest."""
    longest = case.pick([1.0, 30.0, 200_000.0])
    return [case.duration(0.1, longest) for _ in range(frames)]


@check("All frames go through all stations, and their number is returned", points=2)
def all_stored(case: Case) -> None:
    for reel in good_nights(case):
        reel.expect_restored()
        over = max((call.ended or 0.0 for call in reel.calls), default=0.0)
        reel.run.expect(
            not is_later(reel.act.ended, over),
            f"{reel.place}all frames had been stored, and the scanner had ended, at {over:g} s; restore() returned at "
            f"{reel.act.ended:g} s",
            advice="when the scanner has ended and the last frame is stored, return: wait for nothing else",
        )
        reel.run.expect_nothing_left()


@check("Each station starts on its next frame as soon as it may, and no sooner", points=2)
def in_step(case: Case) -> None:
    for reel in good_nights(case):
        reel.expect_restored()
        stations, run = reel.stations, reel.run
        for at, station in enumerate(stations):
            calls = run.calls.to(station)
            for number, call in enumerate(calls):
                waits = [(reel.act.started, "restore() was called")]
                """From when on it might start, and what happened then."""
                if at > 0:
                    before = run.calls.to(stations[at - 1])[number]
                    done = f"{reel.name(before.service)} was done with it"
                    waits.append((before.ended or 0.0, done))
                if number > 0 and station is stations[-1]:
                    done = f"it was done with frame {number}"
                    waits.append((calls[number - 1].ended or 0.0, done))
                elif number > 0:
                    after = run.calls.to(stations[at + 1])[number - 1]
                    begun = f"{reel.name(after.service)} started on frame {number}"
                    waits.append((after.started, begun))
                due, why = max(waits)
                seen = f"{reel.place}{reel.name(station)} started on frame {number + 1} at {call.started:g} s, "
                run.expect(
                    not is_later(due, call.started),
                    f"{seen}{due - call.started:g} s before {why}",
                    at=call,
                    advice="let a station hand over its frame before it starts on another: the hand-over must wait until "
                    "the station after it takes the frame",
                )
                run.expect(
                    not is_later(call.started, due),
                    f"{seen}{call.started - due:g} s after {why}",
                    at=call,
                    advice="let all stations work at the same time, each on a frame of its own: none may wait for anything "
                    "but its next frame, and the station after it",
                    together=[run.calls.to(station) for station in stations],
                    late=call,
                )


@check("The error of a station comes out at once, whatever the others are doing", points=2)
def errors_come_out(case: Case) -> None:
    for reel in bad_nights(case):
        act, run, calls = reel.act, reel.run, reel.calls
        failures = sorted(
            calls.where(lambda call: call.outcome == "failed"), key=lambda call: call.ended or 0.0
        )
        reel.expect_end(failures)
        reel.expect_turns()
        if not failures:
            reel.expect_restored()
            continue
        first = [c for c in failures if same_time(c.ended or 0.0, failures[0].ended or 0.0)]
        failed = next(filter(act.heard, first), first[0])
        run.expect_heard(
            act,
            failed,
            calls,
            reel.tell(failed),
            advice="let that error out of restore(): the reel is not restored, whatever has been stored",
        )


@check("A cancellation ends it at once, whatever the stations are at")
def gives_way(case: Case) -> None:
    for reel in short_nights(case):
        act, run = reel.act, reel.run
        reel.expect_turns()
        if act.record.cancelled_at is None:
            reel.expect_restored()
            continue
        scanned, stored = (run.calls.to(reel.stations[at]).done for at in (0, -1))
        has_ended = any(call.reply is None for call in scanned)
        is_done = has_ended and len(stored) == len(scanned) - 1
        run.expect_gave_way(act, reel.calls, done=is_done, place=reel.place)


@question
def three_frames(case: Case) -> str | None:
    world = case.world()
    scanner = world.add(Scanner([1, 2, 3], [1.0] * 4))
    error = ValueError("too dark")
    machines = [world.add(Machine(1, [1.0] * 3, left, error)) for left in (1, None)]
    archive = world.add(Archive([1.0] * 3))
    act = world.call("restore", scanner, machines, archive)
    run = world.observe_all(act)
    stored = len(run.calls.to(archive).done)
    if run.is_deadlocked:
        return "waits" if stored == 1 else None
    if act.error is None:
        return None
    return {0: "raises", 1: "stores_one", 2: "stores_two"}.get(stored)
