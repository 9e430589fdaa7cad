"""A cancellation from outside can come between any two steps of any task, and come there again."""

from collections.abc import Callable

import pytest

from checker import Case, Service
from checker.judge.acts import Timing
from checker.judge.conversation import converse
from checker.judge.launch import Program
from checker.judge.run import Run
from checker.judge.scheduler import Plan, Timed
from checker.judge.search.explore import THOROUGH
from checker.judge.setting import Setting
from checker.judge.trace import Misbehaved, Raised, Returned, Stopped
from checker_sandbox.wire.messages import ActSpec, ObjectSpec, Start, Strike

from .conftest import written


class Desk(Service):
    latency = 1.0

    def ask(self, n: int) -> int:
        return n


@pytest.fixture
def strike(sandbox, backend) -> Callable[..., Run]:
    """Run the acts of a source text, and strike one of them before a step."""

    def strike(
        source: str,
        *acts: ActSpec,
        step: int | None = None,
        act: int = 0,
        stay: bool = False,
        objects: list[ObjectSpec] | None = None,
    ) -> Run:
        start = Start(
            backend,
            list(acts),
            seed=3,
            objects=objects or [],
            begin=list(range(len(acts))),
            stay=stay,
            count=True,
            strike=None if step is None else Strike(step, act),
        )
        program = Program(written(source).encode())
        timings = [Timing() for _ in acts]
        return Run(converse(sandbox, start, program, [], Plan(Timed()), timings))

    return strike


HAND_OVER = """
    import anyio

    class Places:
        def __init__(self, desk):
            self.desk = desk
            self.free = 1
            self.waiters = []

        async def acquire(self):
            if self.free:
                self.free -= 1
                return
            event = anyio.Event()
            self.waiters.append(event)
            try:
                await event.wait()
            except BaseException:
                if event in self.waiters:
                    self.waiters.remove(event)
                GIVE_BACK
                raise

        def release(self):
            if self.waiters:
                self.waiters.pop(0).set()
            else:
                self.free += 1

        async def use(self):
            await self.acquire()
            try:
                await self.desk.ask(1)
            finally:
                self.release()

        async def count(self):
            await anyio.sleep(100)
            return self.free
    """

LEAKS = HAND_OVER.replace("GIVE_BACK", "pass")
SOUND = HAND_OVER.replace(
    "                    self.waiters.remove(event)\n                GIVE_BACK",
    "                    self.waiters.remove(event)\n"
    "                else:\n"
    "                    self.release()",
)


def free_places(strike: Callable[..., Run], source: str) -> list[int]:
    """How many places are free at the end, for a strike of the waiter before each step."""
    acts = [ActSpec("use", [], 0), ActSpec("use", [], 0), ActSpec("count", [], 0)]
    objects = [ObjectSpec("Places", [Desk()])]
    steps = strike(source, *acts, objects=objects).trace.task_steps
    free = []
    for step in range(1, steps + 1):
        run = strike(source, *acts, objects=objects, step=step, act=1)
        assert isinstance(run.trace.ending, Returned)
        free.append(run.trace.acts[2].ending.value)
    return free


def test_a_waiter_is_struck_just_as_a_place_is_handed_to_it(strike):
    assert set(free_places(strike, LEAKS)) == {0, 1}


def test_a_waiter_that_hands_the_place_on_passes_at_every_step(strike):
    assert set(free_places(strike, SOUND)) == {1}


SMALL = """
    import anyio

    async def main(desk):
        lock = anyio.Lock()

        async def child(n):
            async with lock:
                await desk.ask(n)
            await anyio.sleep(0.5)
            await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as group:
            for n in range(3):
                group.start_soon(child, n)
        with anyio.move_on_after(0.25):
            await anyio.sleep_forever()
        return "done"
    """


def test_every_strike_ends_the_run_and_each_comes_again(strike):
    act = ActSpec("main", [Desk()])
    whole = strike(SMALL, act)
    assert whole.value == "done"
    assert whole.trace.task_steps > 15
    struck_at = set()
    for step in range(1, whole.trace.task_steps + 1):
        run, again = (strike(SMALL, act, step=step) for _ in range(2))
        assert run.trace == again.trace
        assert run.trace.ending == Stopped()
        assert run.trace.cancelled_at == run.trace.acts[0].cancelled_at == run.elapsed
        struck_at.add(run.elapsed)
    assert {0.0, 1.0, 2.0, 3.0, 3.5, 3.75} <= struck_at


def test_a_strike_comes_before_the_first_line_has_waited_for_anything(strike):
    run = strike(SMALL, ActSpec("main", [Desk()]), step=1)
    assert run.calls == []
    assert run.was_cancelled


def test_a_strike_after_the_last_step_does_not_come(strike):
    run = strike(SMALL, ActSpec("main", [Desk()]), step=1000)
    assert run.value == "done"
    assert run.trace.cancelled_at is None


def test_a_strike_at_an_act_that_has_ended_does_not_come(strike):
    source = """
        import anyio

        async def main(seconds):
            await anyio.sleep(seconds)
        """
    acts = [ActSpec("main", [1]), ActSpec("main", [5])]
    last = strike(source, *acts).trace.task_steps
    run = strike(source, *acts, step=last, act=0)
    assert run.trace.cancelled_at is None
    run = strike(source, *acts, step=last, act=1)
    assert run.trace.cancelled_at == 5.0


def test_steps_are_the_same_where_a_process_has_had_other_runs(strike):
    act = ActSpec("main", [Desk()])
    first, second, third = (strike(SMALL, act, stay=stay).trace for stay in (True, True, False))
    assert first == second == third


def test_no_steps_are_told_unless_they_are_asked_for(play):
    assert play(SMALL, Desk()).trace.task_steps is None


def test_a_strike_that_nobody_asked_for_is_made_up(play_on):
    run = play_on(
        "asyncio",
        """
        import gc
        from checker_sandbox.wire.messages import StrikeCame
        from checker_sandbox.kernel import Kernel

        async def main():
            kernel = next(o for o in gc.get_objects() if isinstance(o, Kernel) and o.scopes)
            kernel.tell(StrikeCame())
        """,
    )
    assert isinstance(run.trace.ending, Misbehaved)


def test_what_swallows_a_strike_has_not_been_cancelled(strike):
    run = strike(
        """
        import anyio

        async def main(desk):
            try:
                await desk.ask(1)
            except BaseException:
                raise ValueError("swallowed")
        """,
        ActSpec("main", [Desk()]),
        step=1,
    )
    assert isinstance(run.trace.ending, Raised)
    assert run.trace.cancelled_at == 0.0


TWICE = b"""
async def main(desk, *numbers):
    for number in numbers:
        await desk.ask(number)
"""


@pytest.mark.parametrize("at_once", [True, False])
def test_hardly_a_world_is_spent_on_cancelling_what_is_not_under_way(sandbox, at_once):
    case = Case(Setting(sandbox, Program(TWICE), "asyncio", THOROUGH), "1")
    struck = []
    for world in case.explore(cancel=True):
        desk = world.add(Desk())
        short, long = world.call("main", desk, 1), world.call("main", desk, 1, 2, 3)
        world.attempt_all(short, long if at_once else long.after(short))
        struck.append([act.record.cancelled_at is not None for act in (short, long)])
    in_vain = (
        struck.count([False, False]) - THOROUGH.rounds
    )  # In the moment of a beginning or an end.
    assert in_vain < (len(struck) - THOROUGH.rounds) / 3
    assert struck.count([False, True]) > struck.count([True, False]) > 0
