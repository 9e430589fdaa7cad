"""Every right answer behaves on the real clock as it does in the simulator.

The promise that the kit stands on: what the simulator says of a solution is what plain AnyIO does,
under its own pytest plugin, on both backends. How the two are compared, and what is left out because
it depends on chance: see `real_clock.py`.
"""

import random
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from checker import Case, Service, blocking, takes
from checker.course import Course, Exercise
from checker.judge.acts import Act, specify_acts
from checker.judge.launch import Program, Sandbox
from checker.judge.setting import Setting
from checker.judge.world import World
from checker.report import BACKENDS

from .real_clock import (
    RESOLUTION,
    WORLDS,
    Pace,
    RealWorld,
    Scenario,
    Script,
    collect,
    differences,
    facts,
    right_answers,
)

COURSE = Course.load(Path(__file__).parents[1])

TRIES = 3
"""How often a scenario is replayed, each time five times as slowly, before a difference counts. One
that is real is still there; one that a busy machine made goes away."""

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", BACKENDS),
    # As in a program, where nobody sees them: a right answer may leave a memory stream to the
    # garbage collector, and the suite's own rule that warnings are errors is not for it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def scenarios(
    exercise: Exercise, answer: Path, anyio_backend: str, simulator: Sandbox
) -> list[Scenario]:
    # The alternatives are many: each in one world of each check, with some items in it.
    worlds = WORLDS if answer.stem == "solution" else WORLDS[1:2]
    return collect(exercise, answer, anyio_backend, simulator, worlds=worlds)


def driver_of(exercise: Exercise) -> Path | None:
    return exercise.folder / "driver.py" if exercise.driver is not None else None


def scale_for(scenario: Scenario) -> float:
    """Real seconds for a virtual one, for a first try: a fifth of a second for the whole, but more
    if that is too little for a call, or for tasks and threads that start together. Never more than
    half a second for the whole, though: some latencies are a thousand times as long as others."""
    whole = max(scenario.elapsed, scenario.shortest)
    for_a_call = (0.005 + 0.001 * scenario.most) / scenario.shortest
    return min(max(for_a_call, min(0.02 / scenario.shortest, 0.2 / whole)), 0.5 / whole)


async def lasting_differences(
    scenario: Scenario, answer: Path, driver: Path | None, draw: random.Random | None = None
) -> list[str]:
    different: list[str] = []
    for number in range(TRIES):
        pace = Pace(scale_for(scenario) * 5**number, draw)
        try:
            different = await scenario.replay(answer, driver, pace)
        except TimeoutError:  # On a busy machine, acts that follow each other closely may swap.
            different = [f"it hangs, at {pace.scale:g} s for a virtual one"]
        if not different:
            return []
        if number == 0:
            scenario = scenario.doubted()
    return [f"{scenario.check}: {difference}" for difference in different]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        pytest.param(exercise, path, id=f"{exercise.short_name}-{path.stem}")
        for exercise in COURSE
        for path in right_answers(exercise)
    ],
)
async def test_a_right_answer_behaves_on_the_real_clock_as_in_the_simulator(
    exercise: Exercise, answer: Path, scenarios: list[Scenario]
) -> None:
    # Where tasks beat on their own, how many calls there are is chance; other facts are not.
    assert any(len(scenario.settled.keys() - {"ending"}) > 2 for scenario in scenarios)
    different: list[str] = []
    for scenario in scenarios:
        different += await lasting_differences(scenario, answer, driver_of(exercise))
        if scenario.explored:
            # Replies that come sooner, and overtake each other, are a real network's too.
            draw = random.Random(scenario.check)
            different += await lasting_differences(scenario, answer, driver_of(exercise), draw)
    assert not different, "\n".join(different)


@pytest.mark.parametrize("exercise", COURSE.select(["lost_update"]), ids=["lost_update"])
@pytest.mark.parametrize("mistake", ["lock_around_the_write", "do_nothing"])
async def test_a_wrong_answer_is_seen_to_behave_otherwise(
    exercise: Exercise, mistake: str, anyio_backend: str, simulator: Sandbox
) -> None:
    right = exercise.solutions / "solution.py"
    wrong = exercise.solutions / "mistakes" / f"{mistake}.py"
    scenario = collect(exercise, right, anyio_backend, simulator, variants=3)[0]
    different = await scenario.replay(wrong, None, Pace(scale_for(scenario)))
    assert any(": balance" in difference for difference in different)


# --- the real world itself, which does with a service what the simulator does -------------------


class Till(Service):
    """What can happen to a call."""

    latency = 1.0

    def __init__(self, drawer: "Drawer") -> None:
        self.drawer = drawer
        self.log: list[str] = []

    def ring(self, amount: int) -> list[int]:
        self.log.append(f"rang {amount}")
        return [amount, amount]

    def jam(self) -> None:
        raise KeyError("jammed")

    @blocking
    @takes(lambda till, amount: amount / 10)
    def count(self, amount: int) -> int:
        return amount + 1

    def serve(self, amount: int) -> Generator[float, None, int]:
        self.log.append("began")
        try:
            yield 1.0
            yield 1.0
        finally:
            self.log.append("over")
        return amount

    @takes(0)
    def open(self) -> "Drawer":
        return self.drawer


class Drawer(Service):
    def __init__(self) -> None:
        self.taken: list[int] = []

    def take(self, coins: list[int]) -> None:
        if self.taken:
            raise PermissionError("once is enough")
        self.taken += coins


USES = """
import time
import anyio
import anyio.to_thread

async def answered(till):
    print("ringing")
    return await till.ring(3)

async def failed(till):
    async with anyio.create_task_group() as group:
        group.start_soon(till.jam)
        group.start_soon(till.serve, 1)

async def in_threads(till):
    return await anyio.amap(
        lambda amount: anyio.to_thread.run_sync(till.count, amount), [3, 4, 5]
    )

async def in_stages(till):
    return await till.serve(amount=7)

async def timed_out(till):
    with anyio.move_on_after(1.5) as scope:
        await till.serve(7)
    return scope.cancelled_caught

async def stopped(till):
    await anyio.sleep(0.1)
    async with anyio.create_task_group() as group:
        group.start_soon(till.serve, 7)
        group.start_soon(till.ring, 7)

async def misused(till):
    await till.ring("much")

class Cashier:
    def __init__(self, till, times):
        self.till, self.left, self.done = till, times, []

    async def ring_all(self):
        for amount in range(self.left):
            self.done += await self.till.ring(amount)

    async def rung(self):
        return self.done

async def handed_on(till):
    drawer = await till.open()
    await drawer.take((1, 2))
    assert drawer is await till.open()
    await drawer.take([])
"""


async def expect_the_same(
    till: Callable[[], Till],
    acts_on: Callable[[World, Till], list[Act]],
    backend: str,
    sandbox: Sandbox,
    folder: Path,
) -> None:
    """Expect these acts to do on the real clock what they do in the simulator."""
    case = Case(Setting(sandbox, Program(USES.encode()), backend), "till")
    here, world = till(), case.world()
    simulated = world.attempt_all(*acts_on(world, here)).trace
    expected = facts(simulated, [here, here.drawer])

    file = folder / "exercise.py"
    file.write_text(USES)
    different: list[str] = []
    for scale in (0.02, 0.2, 1.0):
        there = till()
        world = Case(case._setting, "till").world()
        acts, timings = specify_acts(acts_on(world, there))
        script = Script(acts, timings, world._objects)
        trace = await RealWorld(file, None, Pace(scale)).play(script)
        assert trace.elapsed >= simulated.elapsed * scale - RESOLUTION
        different = differences(expected, facts(trace, [there, there.drawer]))
        if not different:
            break
    assert not different


@pytest.mark.parametrize(
    ("function", "stopped_after"),
    [
        ("answered", None),
        ("failed", None),
        ("in_threads", None),
        ("in_stages", None),
        ("timed_out", None),
        ("stopped", 1.6),
        ("misused", None),
        ("handed_on", None),
    ],
)
async def test_the_real_world_treats_a_call_as_the_simulator_does(
    function: str,
    stopped_after: float | None,
    anyio_backend: str,
    simulator: Sandbox,
    tmp_path: Path,
) -> None:
    def act(world: World, till: Till) -> list[Act]:
        act = world.call(function, till)
        return [act if stopped_after is None else act.cancel_after(stopped_after)]

    await expect_the_same(lambda: Till(Drawer()), act, anyio_backend, simulator, tmp_path)


async def test_the_real_world_treats_several_acts_as_the_simulator_does(
    anyio_backend: str, simulator: Sandbox, tmp_path: Path
) -> None:
    def acts(world: World, till: Till) -> list[Act]:
        cashier = world.new("Cashier", till, 3)
        first = world.call("in_stages", till)
        return [
            first,
            world.call("answered", till).at(0.5),
            world.call("stopped", till).cancel_after(1.6),
            world.call("failed", till).after(first),
            cashier.ring_all().at(3.5),
            cashier.rung().at(20.0),
        ]

    await expect_the_same(lambda: Till(Drawer()), acts, anyio_backend, simulator, tmp_path)
