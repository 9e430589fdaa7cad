"""Checks for lost_on_time: a computation that gives nobody else a turn."""

from collections.abc import Iterator
from dataclasses import dataclass

from checker import (
    Act,
    Calls,
    Case,
    Run,
    Service,
    blocking,
    check,
    counted,
    is_later,
    question,
    scene,
    shown,
    takes,
)

MOST_GAMES = 3
"""In a world."""
MOST_LOOKS = 24
PATIENCE = 4.0
"""Virtual seconds after which the server drops a player."""
GRACE = 2.0
"""Virtual seconds in which a search must end."""
PAUSE = 1.0
"""Virtual seconds that may pass between two looks."""
MOVES = ("", "e4", "d4", "Nf3", "c4", "g3")

GIVE_A_TURN = "let other tasks have a turn after every look, at a checkpoint, or have the looks made in a worker thread"
ONE_BY_ONE = (
    "call look() for each depth from 1 on, one after the other, and wait for the end of each"
)


class Server(Service):
    latency = 0.0

    def sign_of_life(self) -> None:
        pass


class Engine(Service):
    """Computes; each look takes a time of its own."""

    def __init__(self, moves: list[str], seconds: list[float]) -> None:
        self.moves = moves
        self.seconds = dict(enumerate(seconds, 1))

    @blocking
    @takes("seconds")
    def look(self, depth: int) -> str:
        if depth not in self.seconds:
            raise ValueError(f"there is no look {depth}")
        return self.moves[depth - 1]


@dataclass(frozen=True)
class Game:
    """One call of best_move, whose looks came one after the other, and whose move was right if it returned one."""

    looks: Calls
    signs: Calls
    deepest: int
    seconds: float
    act: Act
    keeper: Act
    cancelled: float | None
    """When it was cancelled, if it was, in virtual seconds."""
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def is_done(self) -> bool:
        """Whether the deepest look has ended."""
        return len(self.looks) == self.deepest

    @property
    def time_is_up(self) -> float:
        return self.act.started + self.seconds

    @property
    def last_ended(self) -> float:
        """When the last look ended."""
        return max((look.ended or 0.0 for look in self.looks), default=self.act.started)

    @property
    def how_to_hear(self) -> str:
        """What to try if it has not heard that it should end."""
        if self.looks and self.looks[0].thread:
            return "a thread is not cancelled: let it ask between two looks, with anyio.from_thread.check_cancelled()"
        return "let the task hear of it after every look: at a checkpoint, which nothing shields"

    def expect_a_full_search(self) -> None:
        """It went on until the deepest look had ended, or its time was up."""
        if not self.is_done:
            self.run.expect(
                not is_later(self.time_is_up, self.act.ended),
                f"{self.place}best_move() returned at {self.act.ended:g} s after "
                f"{counted(len(self.looks), 'look')} of {self.deepest}; its time was not up before "
                f"{self.time_is_up:g} s",
                at=self.looks.last,
                advice="go on until the deepest look has ended or the time is up, whichever comes first",
            )


@dataclass(frozen=True)
class Plan:
    engine: Engine
    server: Server
    deepest: int
    seconds: float
    cancel_after: float | None


def _plan(case: Case, number: int) -> Plan:
    """A game in which the search has too little time, is cancelled, or may look as deep as it can."""
    # Two games beside each other in which much is to be looked at; then an easy one.
    (least, most), way = (
        ((20, MOST_LOOKS), case.pick(("late", "late", "deep"))),
        ((12, MOST_LOOKS), case.pick(("cancelled", "late", "deep"))),
        ((0, 6), "deep"),
    )[number]
    deepest = case.size(least, most)
    moves = [MOVES[case.amount(0, len(MOVES) - 1)] for _ in range(deepest)]
    seconds = [case.duration(0.001 if number == 2 else 0.24, 0.3) for _ in range(deepest)]
    # The first one has so much that another game may take half of it, or wait too long for its end.
    short = case.duration(0.5, 1.0) if number else case.duration(2.6, 2.7)
    soon, long = case.duration(0.1, 0.8), case.duration(30.0, 3000.0)
    return Plan(
        Engine(moves, seconds),
        Server(),
        deepest,
        short if way == "late" else long,
        soon if way == "cancelled" else None,
    )


@scene
def games(case: Case) -> Iterator[Game]:
    for world in case.explore():
        planned: list[tuple[Plan, Act, Act]] = []
        for number in range(case.size(2, MOST_GAMES)):
            plan = _plan(case, number)
            act = world.call("best_move", world.add(plan.engine), plan.deepest, plan.seconds)
            keeper = world.call("keep_alive", world.add(plan.server))
            keeper.cancel_after(0.6 * MOST_LOOKS + GRACE)
            if plan.cancel_after is not None:
                act.cancel_after(plan.cancel_after)
            # A second game begins beside the first one, and a third one after the first.
            begins = case.duration(0.1, 1.0)
            for each in (keeper, act):
                if number == 1:
                    each.at(begins)
                elif number == 2:
                    each.after(planned[0][1])
            planned.append((plan, act, keeper))
        run = world.attempt_all(*(each for _, act, keeper in planned for each in (keeper, act)))
        yield from [_judged(run, *each) for each in planned]


def _judged(run: Run, plan: Plan, act: Act, keeper: Act) -> Game:
    place = f"in the game that began at {act.started:g} s, " if len(run.trace.acts) > 2 else ""
    looks = run.calls.to(plan.engine)
    cancelled = None if plan.cancel_after is None else act.started + plan.cancel_after
    if cancelled is not None and is_later(cancelled, act.ended):
        cancelled = None
    game = Game(
        looks,
        run.calls.to(plan.server),
        plan.deepest,
        plan.seconds,
        act,
        keeper,
        cancelled,
        run,
        place,
    )
    if not act.was_cancelled:
        _ = act.value  # It must have returned.
    depths = [look.given["depth"] for look in looks]
    run.expect(
        depths == list(range(1, len(depths) + 1)) and len(depths) <= plan.deepest,
        f"{place}it looked {shown(depths)} moves ahead, and should have begun with 1 and gone on one by one, up to "
        f"{plan.deepest}",
        at=looks.last,
        advice=ONE_BY_ONE,
    )
    for look in looks:
        run.expect(
            look.ended is not None and not is_later(look.ended, act.ended),
            f"{place}best_move() ended at {act.ended:g} s, while look({look.given['depth']}), begun at "
            f"{look.started:g} s, was still under way",
            at=look,
            advice="a look that has begun cannot be stopped: wait for its end before you leave",
        )
    if not act.was_cancelled:
        moves = [look.reply for look in looks]
        run.expect(
            act.value == (moves[-1] if moves else None),
            f"{place}best_move() returned {shown(act.value)}; "
            + (
                f"the moves that its {counted(len(moves), 'look')} found are {shown(moves)}"
                if moves
                else "it made no look"
            ),
            advice="return what the last look found, whatever it is, even if the time was up by then",
        )
    return game


@check(
    "The server hears from the player at least every four seconds",
    points=2,
    advice=GIVE_A_TURN,
)
def server_hears(case: Case) -> None:
    for game in games(case):
        heard, over = game.act.started, game.act.ended
        if (
            game.keeper.record.cancelled_at is not None
        ):  # From then on nobody is to tell the server.
            over = min(over, game.keeper.record.cancelled_at)
        for sign in [*game.signs, None]:
            following = over if sign is None else min(sign.started, over)
            game.run.expect(
                not is_later(following - heard, PATIENCE),
                f"{game.place}the server heard nothing from {heard:g} s to {following:g} s, so it dropped the player at "
                f"{heard + PATIENCE:g} s",
                at=game.looks.begun_after(heard).first,
            )
            heard = max(heard, following)
        if game.cancelled is None:
            game.expect_a_full_search()


@check(
    "When the time is up, or the deepest look has ended, the last move is returned",
    points=2,
    advice=GIVE_A_TURN,
)
def time_limit_works(case: Case) -> None:
    for game in games(case):
        if game.cancelled is not None:
            continue
        game.expect_a_full_search()
        due, why = game.time_is_up, "its time was up"
        if game.is_done and game.last_ended < due:
            due, why = (
                game.last_ended,
                "its deepest look had ended" if game.looks else "it had nothing to do",
            )
        after = game.looks.begun_after(due)
        game.run.expect(
            not is_later(game.act.ended, due + GRACE),
            f"{game.place}best_move() ended at {game.act.ended:g} s; {why} at {due:g} s"
            + (f", and it made {counted(len(after), 'look')} after that" if after else ""),
            at=after.first,
            advice=game.how_to_hear
            if after
            else "return as soon as there is nothing left to look for",
            late=after.first,
        )
        game.run.expect_nothing_left()


@check(
    "A search that is cancelled ends, and lets the cancellation out",
    points=2,
    advice=GIVE_A_TURN,
)
def search_can_be_cancelled(case: Case) -> None:
    for game in games(case):
        act, cancelled = game.act, game.cancelled
        if cancelled is None:
            game.expect_a_full_search()
            continue
        after = game.looks.begun_after(cancelled)
        game.run.expect(
            not is_later(act.ended, cancelled + GRACE),
            f"{game.place}best_move() was cancelled at {cancelled:g} s, and ended at {act.ended:g} s"
            + (f", after {counted(len(after), 'more look')}" if after else ""),
            at=after.first,
            advice=game.how_to_hear
            if after
            else "let a cancellation out as soon as the look that is under way has ended",
        )
        if not (act.was_cancelled or game.is_done or not is_later(game.time_is_up, act.ended)):
            game.run.fail(
                f"{game.place}best_move() was cancelled at {cancelled:g} s, and returned {shown(act.value)} at "
                f"{act.ended:g} s; it had made {counted(len(game.looks), 'look')} of {game.deepest}, and "
                f"had time until {game.time_is_up:g} s",
                at=game.looks.last,
                advice="let a cancellation out, out of a thread, too: it does not mean that the time is up",
            )
        game.run.expect_nothing_left()


@check(
    "The looks follow each other without a pause",
    advice="give other tasks a turn after every look, and let no time pass between two looks of a game that is alone",
)
def no_pauses(case: Case) -> None:
    for game in games(case):
        if game.cancelled is None:
            game.expect_a_full_search()
        ended, before = game.act.started, "it was called"
        for look in game.looks:
            name = f"look({look.given['depth']})"
            game.run.expect(
                not is_later(ended, look.started),
                f"{game.place}{name} began at {look.started:g} s, when the look before was under way until {ended:g} s",
                at=look,
                advice=ONE_BY_ONE,
            )
            game.run.expect(
                not is_later(look.started, ended + PAUSE),
                f"{game.place}{before} at {ended:g} s, and {name} did not begin until {look.started:g} s",
                at=look,
                late=look,
            )
            ended, before = look.ended or 0.0, f"{name} ended"


@question
def twenty_looks(case: Case) -> str | None:
    world = case.world()
    moves = [f"move {number}" for number in range(1, 21)]
    engine = world.add(Engine(moves, [0.3] * 20))
    run = world.observe("best_move", engine, 20, 2.0)
    if len(run.calls_to("look")) == 20:
        return "after_all" if run.value == moves[19] else "none"
    return {moves[5]: "at_the_limit", moves[6]: "after_the_look"}.get(run.value)
