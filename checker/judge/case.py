"""Checks, and the `Case` that each of them is handed: its worlds, one after another.

@check("No deposit is lost, in whatever order the bank replies", points=3,
       advice="Nobody else may read the balance between your read and your write.")
def no_lost_update(case: Case) -> None:
    for world in case.explore(orders=True):
        account = world.add(Account())
        amounts = [case.integer(0, 99) for _ in range(case.size(0, 9))]
        run = world.run("deposit_all", account, amounts)
        run.expect(account.balance == sum(amounts), f"... left {account.balance}")
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any, TypeVar

from checker.course import Check, Question
from checker.judge.chance import chance_of
from checker.judge.choices import Choices, Replay
from checker.judge.draws import Draws, Misuse
from checker.judge.scheduler import Scheduler
from checker.judge.search.explore import PLAIN, Aims, Seen, Sketch, again, explore
from checker.judge.setting import Setting
from checker.judge.trace import Trace
from checker.judge.world import World
from checker.report import Searched

_T = TypeVar("_T")


def check(
    title: str, *, points: int = 1, advice: str | None = None
) -> Callable[[Callable[["Case"], None]], Check]:
    """Make a function of a `Case` a check.

    `title` says what right answers do. `points` are earned by an answer that passes on both backends.
    `advice` is what a learner whose answer does not pass should try next, and is shown after whatever was
    seen.

    The function passes by returning, and fails by raising `CheckFailed`, which the `expect` methods of
    a `Run` do. Any other exception is a mistake of its author: the check is then not graded.
    """

    def decorate(function: Callable[["Case"], None]) -> Check:
        return Check(function, title, points, advice)

    return decorate


def question(function: Callable[["Case"], str | None]) -> Question:
    """Make a function of a `Case` what finds out which answer of the exercise's card is true.

    It plays one small world, `case.world()`, and returns the key of the answer that came true in it,
    or None if none of them did. It must not draw anything that the card does not leave open.
    """
    return Question(function)


def scene(
    function: Callable[["Case"], Iterator[_T]],
) -> Callable[["Case"], Iterator[_T]]:
    """Let several checks look at the same worlds.

    `function` loops over worlds as a check does, and yields what the checks look at: it runs each
    world once, for all of them. So a submission cannot tell the checks apart, and each of them sees
    every world at the price of one. A check must not change what it is handed, and has no other loop
    over worlds.
    """

    @functools.wraps(function)
    def shared(case: Case) -> Iterator[_T]:
        return case._watch(function)

    return shared


class ReplayEnded(Exception):
    """The world that was to be replayed has been, and the check did not fail in it."""


@dataclass
class _Recalled:
    """What a scene has shown so far, and where it goes on."""

    case: "Case"
    going: Iterator[Any]
    shown: list[tuple[Any, int, Choices, Trace | None]] = field(default_factory=list)
    """What it yielded, in which world, and how that was made and went. A world may be shown twice."""
    failure: Exception | None = None
    raised_at: TracebackType | None = None


Memory = dict[tuple[Callable[..., Any], Replay | None], _Recalled]
"""What the scenes of an exercise have shown of a submission on one backend: in their worlds, one after another,
and in those that were replayed."""


class Case(Draws):
    """One check of one submission on one backend: what a check is handed. It makes the worlds, and draws
    their inputs. Every range that is drawn from includes both of its ends, and both occur."""

    def __init__(
        self,
        setting: Setting,
        seed: str,
        replay: Replay | None = None,
        memory: Memory | None = None,
        *,
        scheduler: Scheduler | None = None,
        stop: int | None = None,
    ) -> None:
        """With a `replay`, the case is one world: that one. Where the replay ends, `scheduler` goes on,
        and before the thing of the number `stop`, the run stops."""
        super().__init__()
        self._setting = setting
        self._seed = seed
        self._only = None if replay is None else again(replay, scheduler, stop)
        self._memory = memory if memory is not None else {}
        self._has_explored = False
        self.last_trace: Trace | None = None
        """The last run of the submission, if there was one."""
        self.played = Choices()
        """The choices of the last world."""
        self.worlds = 0
        """How many worlds there were."""
        self.searched: Searched | None = None
        """How far the search went, once it has come to its end."""
        self.aims = PLAIN
        """What the check wants explored, once it has asked for worlds."""

    @property
    def backend(self) -> str:
        """`asyncio` or `trio`, for what the backends do differently."""
        return self._setting.backend

    def explore(
        self,
        *,
        orders: bool = False,
        late: bool = False,
        cancel: bool = False,
        fail: Exception | Sequence[Exception] = (),
    ) -> Iterator[World]:
        """Fresh worlds, one after another; a check has one such loop, and draws the inputs of each
        world inside it. What is asked for may be combined:

        - Without any of these, every call takes exactly its latency: for checks of time.
        - `orders`: in some worlds the replies come in another legal order. A latency is the longest
          that a call takes there, so they are no place to measure time: see `World.is_timed`.
        - `late`: as `orders`, and a reply may even come as late as it likes, so that a timeout of
          the submission may end before, between or after any replies.
        - `cancel`: in some worlds the submission, or one of several acts, is cancelled from outside
          between two steps of its tasks, wherever they are.
        - `fail`: in some worlds a call fails with this error, or one of these, in place of being
          carried out.

        The first worlds are plain: nothing is made to go wrong, and nothing overtakes.

        A second loop is a mistake of the author: the check is then not graded.
        """
        self._loop_once()
        errors = (fail,) if isinstance(fail, Exception) else tuple(fail)
        self.aims = aims = Aims(orders or late, late, cancel, errors)
        if self._only is not None:
            yield self._world(self._only, aims)
            raise ReplayEnded
        sketches = explore(chance_of(self._seed), self._setting.depth, aims)
        sketch = next(sketches)
        while True:
            world = self._world(sketch, aims)
            yield world
            self._choices = None
            try:
                sketch = sketches.send(Seen(world.choices, world.trace or Trace(self.backend)))
            except StopIteration as stop:
                self.searched = stop.value
                return

    def world(self) -> World:
        """The first world alone, in which every call takes exactly its latency: for a check to which other
        inputs and orders make no difference. It counts as the one loop of the check."""
        return next(self.explore())

    def _world(self, sketch: Sketch, aims: Aims) -> World:
        choices = Choices(sketch.given)
        self._begin(choices, sketch)
        self.worlds += 1
        return World(self._setting, choices, sketch, aims, self.has_run)

    def _loop_once(self) -> None:
        if self._has_explored:
            raise Misuse("a check explores its worlds in one loop")
        self._has_explored = True

    def _watch(self, function: Callable[["Case"], Iterator[_T]]) -> Iterator[_T]:
        """What a scene shows, from the beginning."""
        self._loop_once()
        known_as = function, None if self._only is None else self._only.given
        recalled = self._memory.get(known_as)
        if recalled is None:
            # Its worlds are its own, whichever check comes first.
            case = Case(self._setting, f"{self._seed.rpartition('/')[0]}/{function.__name__}")
            case._only = self._only
            recalled = self._memory[known_as] = _Recalled(case, function(case))
        for number in count():
            if number == len(recalled.shown) and recalled.failure is None:
                self._show_more(known_as, recalled)
            if number == len(recalled.shown):
                break
            shown, self.worlds, self.played, self.last_trace = recalled.shown[number]
            self.aims = recalled.case.aims
            yield shown
        self.played, self.last_trace = recalled.case.played, recalled.case.last_trace
        self.worlds, self.aims = recalled.case.worlds, recalled.case.aims
        if recalled.failure is not None:
            # Without the lines of the check that met it first.
            raise recalled.failure.with_traceback(recalled.raised_at)
        self.searched = recalled.case.searched

    def _show_more(
        self, known_as: tuple[Callable[..., Any], Replay | None], recalled: _Recalled
    ) -> None:
        """Have the next world of a scene, if there is another one."""
        recalled.case._setting = self._setting  # Its sandbox and its end may be others by now.
        try:
            shown = next(recalled.going)
        except StopIteration:
            return
        except Exception as failure:
            recalled.failure, recalled.raised_at = failure, failure.__traceback__
        except BaseException:
            # Somebody's limit of time, say. What is half seen must not count as the whole.
            del self._memory[known_as]
            raise
        else:
            case = recalled.case
            recalled.shown.append((shown, case.worlds, case.played, case.last_trace))

    def has_run(self, trace: Trace, choices: Choices) -> None:
        """Keep what the last run was, and how to reproduce it."""
        self.last_trace = trace
        self.played = choices
