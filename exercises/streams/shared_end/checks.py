"""Checks for shared_end: a stream with several senders ends when the last of them is done."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    ClosedResourceError,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    listed,
    question,
    same,
    scene,
    shown,
    takes,
    were,
)

ERRORS = (
    ConnectionError("no answer"),
    ValueError("not a number"),
    LookupError("not there"),
    EndOfStream("the cable ends here"),
    ClosedResourceError("the line was closed"),
    BrokenResourceError("the line is broken"),
)
ZERO = "0 is a number like any other: only None says that a gate has been taken down"


class Gate(Service):
    """Reads one number after the other, and is taken down."""

    def __init__(self, name: str, numbers: Sequence[int], seconds: Sequence[float]) -> None:
        self.name = name
        self._next = iter([*zip(numbers, seconds, strict=False), (None, seconds[-1])])

    def next_walker(self) -> Generator[float, None, int | None]:
        number, seconds = next(self._next, (None, None))
        if seconds is None:
            raise LookupError("this gate has been taken down")
        yield seconds
        return number


class Board(Service):
    """Takes a time of its own for each number."""

    def __init__(self, seconds: Sequence[float]) -> None:
        self._seconds = iter(seconds)

    @takes(lambda self, number: next(self._seconds, 1.0))
    def show(self, number: int) -> None:
        pass


@dataclass(frozen=True)
class Walk:
    """One call of keep_score, with gates and a board of its own."""

    gates: list[Gate]
    board: Board
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def asked(self) -> Calls:
        """The calls of all gates."""
        return self.run.calls.where(lambda call: call.service in self.gates)

    @property
    def read(self) -> Calls:
        """The calls of gates that brought a number."""
        return self.asked.done.where(lambda call: call.reply is not None)

    @property
    def downs(self) -> Calls:
        """The calls by which one heard that a gate had been taken down."""
        return self.asked.done.where(lambda call: call.reply is None)

    @property
    def shows(self) -> Calls:
        return self.run.calls.to(self.board)

    @property
    def failed(self) -> Call | None:
        """The call whose error should reach the caller."""
        return (
            self.run.calls.where(lambda call: call.service in (*self.gates, self.board))
            .where(lambda call: call.outcome == "failed")
            .first
        )

    @property
    def open_gates(self) -> list[str]:
        down = [call.service for call in self.downs]
        return [gate.name for gate in self.gates if gate not in down]

    def expect_gates_in_turn(self) -> None:
        """Each gate was called once at a time, and not after it had been taken down."""
        for gate in self.gates:
            for before, after in pairwise(self.run.calls.to(gate)):
                self.run.expect(
                    before.ended_order is not None and before.ended_order < after.order,
                    f"{self.place}at {after.started:g} s {gate.name} was called while another call of it, begun at "
                    f"{before.started:g} s, had not ended",
                    at=after,
                    advice="call each gate once at a time: wait for its answer before you ask it again",
                )
                self.run.expect(
                    not before.done or before.reply is not None,
                    f"{self.place}{gate.name} had been taken down at {before.ended or 0.0:g} s, and was called again at "
                    f"{after.started:g} s",
                    at=after,
                    advice="when next_walker() has returned None, do not call this gate again",
                )

    def expect_score(self) -> None:
        """Everything that was read was shown, and the number of it was returned."""
        act, run = self.act, self.run
        self.expect_gates_in_turn()
        if act.error is not None and self.failed is None:
            self._refuse_error()
        if self.open_gates:
            latest = self.read.last
            is_zero = (
                latest is not None
                and latest.reply == 0
                and latest is self.asked.to(latest.service).last
                and not self.downs
            )
            run.fail(
                f"{self.place}keep_score() returned {shown(act.value)} at {act.ended:g} s, when "
                f"{listed(self.open_gates)} had not been taken down"
                + (f". The last number that was read was {latest.reply}" if latest else ""),
                at=self.asked.last,
                advice=ZERO
                if is_zero
                else "wait for every gate, however long it is silent: one that has been taken down says nothing about "
                "the others",
            )
        given_up = self.shows.where(lambda call: call.outcome != "answered")
        if given_up:
            run.fail(
                f"{self.place}the board had begun to show {given_up[0].given['number']} at {given_up[0].started:g} s, and that "
                f"was given up at {min(given_up[0].ended or act.ended, act.ended):g} s",
                at=given_up.first,
                advice="let the board finish: when no more will come, what has come must still be shown",
            )
        due = sorted(call.reply for call in self.read)
        seen = sorted(call.given["number"] for call in self.shows)
        if not same(seen, due):
            run.fail(
                f"{self.place}the gates read {shown(due)}, sorted; the board showed {shown(seen)}",
                at=self.shows.last,
                advice=self._advise_on(seen, due),
            )
        run.expect(
            same(act.value, len(due)),
            f"{self.place}keep_score() returned {shown(act.value)}; {counted(len(due), 'number')} {were(len(due))} read and shown",
            advice="return how many numbers were shown in this call, equal ones and 0 among them",
        )

    def _refuse_error(self) -> NoReturn:
        """Fail the check: an error came out, and no call had failed."""
        act, run = self.act, self.run
        told = act.explained()
        first, latest = self.downs.first, self.read.last
        if "ClosedResourceError" in {error.kind for error in act.errors} and first and latest:
            assert first.ended is not None
            assert latest.ended is not None
            run.fail(
                f"{self.place}{self._name(first)} was taken down at {first.ended:g} s, {self._name(latest)} read "
                f"{latest.reply} at {latest.ended:g} s, and keep_score() raised {act.raised}",
                at=act.errors[0],
                advice=advise(act.errors[0], run.trace.backend) or told.advice,
            )
        run.fail(
            f"{self.place}{told.message}",
            at=act.errors[0],
            advice=advise(act.errors[0], run.trace.backend) or told.advice,
        )

    def _name(self, call: Call) -> str:
        return next(gate.name for gate in self.gates if gate is call.service)

    def _advise_on(self, seen: list[int], due: list[int]) -> str:
        if len(seen) > len(due):
            return "show each number of this walk once for each time it was read, and nothing else"
        return (
            "show every number that any gate has read, equal ones and 0 among them, whichever gates have been taken "
            "down since"
        )

    def stretches(self) -> Iterator[tuple[float, float, Calls, int, list[str], int]]:
        """From when until when what the board was showing, how many numbers had been read and not been begun,
        which gates nobody was asking, and how many numbers had been read and not been shown."""
        moments = {self.act.started, self.act.ended}
        for call in [*self.asked, *self.shows]:
            moments |= {call.started, self.run.elapsed if call.ended is None else call.ended}
        for begin, end in pairwise(sorted(moments)):
            if is_later(end, begin):  # What happens in one instant happens in any order.
                middle = (begin + end) / 2
                read = sum((call.ended or 0.0) < middle for call in self.read)
                begun = sum(call.started < middle for call in self.shows)
                over = sum((call.ended or 0.0) < middle for call in self.shows.done)
                busy = {call.service for call in self.asked.under_way(middle)}
                down = {call.service for call in self.downs if (call.ended or 0.0) < middle}
                idle = [gate.name for gate in self.gates if gate not in busy | down]
                yield begin, end, self.shows.under_way(middle), read - begun, idle, read - over


@scene
def walks(case: Case) -> Iterator[Walk]:
    for world in case.explore():
        yield from _play(case, world)


@scene
def troubles(case: Case) -> Iterator[Walk]:
    for world in case.explore(fail=ERRORS, cancel=True):
        yield from _play(case, world)


def _play(case: Case, world: World) -> Iterator[Walk]:
    """Two walks, the second of which may begin when the first is over."""
    # Now and then all that can be read waits for the boards, in both walks.
    is_rush = case.pick([False, False, True])
    slowest = 30_000.0 if is_rush else case.pick([0.5, 5.0, 30_000.0])
    planned = [_draw(case, world, slowest, *most, is_rush=is_rush) for most in ((4, 2), (2, 1))]
    if not is_rush and case.pick([False, True]):
        planned[1][-1].after(planned[0][-1])
    run = world.attempt_all(*(act for *_, act in planned))
    for number, (gates, board, act) in enumerate(planned, 1):
        yield Walk(gates, board, act, run, f"in call {number} of 2, ")


def _draw(
    case: Case, world: World, slowest: float, most_gates: int, most: int, *, is_rush: bool
) -> tuple[list[Gate], Board, Act]:
    last = case.pick([7, 0])
    gates: list[Gate] = []
    for number in range(most_gates if is_rush else case.size(0, most_gates)):
        silence = 0.5 if is_rush else case.pick([0.5, 30.0, 200_000.0])
        numbers = [case.integer(0, last) for _ in range(most if is_rush else case.size(0, most))]
        seconds = [case.duration(0.1, silence) for _ in range(len(numbers) + 1)]
        gates.append(world.add(Gate(f"gate {number + 1}", numbers, seconds)))
    board = world.add(Board([case.duration(0.1, slowest) for _ in range(most_gates * most)]))
    return gates, board, world.call("keep_score", gates, board)


@check(
    "Every number of every gate is shown, and the score is returned when the last gate is gone",
    points=3,
    advice="let the stream end when the last of those who send is done, and not before",
)
def all_arrive(case: Case) -> None:
    for walk in walks(case):
        walk.expect_score()
        act = walk.act
        last = max(walk.downs, key=lambda call: call.ended or 0.0, default=None)
        over = max([act.started, *(call.ended or 0.0 for call in [*walk.downs, *walk.shows])])
        seen = (
            f"the last of {counted(len(walk.gates), 'gate')} was taken down at {last.ended:g} s"
            if last is not None
            else f"it was called at {act.started:g} s, without gates"
        )
        if walk.shows:
            seen += f", and the last number had been shown at {max(call.ended or 0.0 for call in walk.shows):g} s"
        walk.run.expect(
            not is_later(act.ended, over),
            f"{walk.place}{seen}; keep_score() returned at {act.ended:g} s",
            advice="return when the last gate has been taken down and all has been shown, and wait for nothing else",
        )
        walk.run.expect_nothing_left()


@check(
    "The gates are watched together, and the board is at work while there is something to show",
    points=2,
    advice="watch each gate in a task of its own, and hand on each number as it comes",
)
def all_together(case: Case) -> None:
    for walk in walks(case):
        walk.expect_score()
        for begin, end, busy, waiting, idle, unshown in walk.stretches():
            when = f"from {begin:g} s to {end:g} s"
            walk.run.expect(
                len(busy) <= 1,
                f"{walk.place}{when} the board was asked to show {counted(len(busy), 'number')} at the same time",
                at=busy.last,
                advice="show one number at a time: begin with the next one when show() has returned",
            )
            walk.run.expect(
                waiting <= 0 or bool(busy),
                f"{walk.place}{when} {counted(waiting, 'number')} that had been read {were(waiting)} waiting, and the board "
                "showed nothing",
                at=walk.shows.begun_after(begin).first,
                advice="hand each number on as it comes: let it wait for the board, and for nothing else",
                late=walk.shows.begun_after(begin).first,
            )
            walk.run.expect(
                len(idle) <= unshown,
                f"{walk.place}{when} nobody asked {listed(idle)} for the next walker; "
                + (
                    f"only {counted(unshown, 'number')} that had been read {were(unshown)} not shown yet"
                    if unshown
                    else "every number that had been read was shown"
                ),
                at=walk.asked.begun_after(begin).first,
                advice="let no gate wait for another one, nor for a clock: call each at once, and again at the latest when "
                "its number has been shown",
                together=[[call] for call in walk.asked],
            )


@check(
    "An error or a cancellation reaches the caller at once",
    points=2,
    advice="let the error out, and let whatever else is under way be cancelled",
)
def errors_come_out(case: Case) -> None:
    for walk in troubles(case):
        act, run, failed = walk.act, walk.run, walk.failed
        calls = [*walk.asked, *walk.shows]
        walk.expect_gates_in_turn()
        if act.record.cancelled_at is not None:
            run.expect_gave_way(
                act,
                calls,
                done=not walk.open_gates and len(walk.shows.done) >= len(walk.read),
                place=walk.place,
            )
            continue
        if failed is None:
            walk.expect_score()
            continue
        what = "the board" if failed.service is walk.board else walk._name(failed)
        seen = f"{walk.place}{what} failed at {failed.ended:g} s with {failed.failure}"
        run.expect_heard(
            act,
            failed,
            calls,
            seen,
            advice="let that error out of keep_score(): a gate that fails has not been taken down, and a board that fails has "
            "not shown the number",
        )


@question
def two_gates(case: Case) -> str | None:
    world = case.world()
    gates = [
        world.add(Gate("gate 1", [], [1.0])),
        world.add(Gate("gate 2", [7], [2.0, 1.0])),
    ]
    run = world.observe("keep_score", gates, world.add(Board([0.5])))
    if run.is_deadlocked:
        return "waits"
    if run.error is not None:
        return "raises"
    return "counts" if run.value else "drops"
