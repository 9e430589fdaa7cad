"""Textbook races, each a small submission and a check of it: what the search for bad orders is for.

Each is right if every call takes its latency, and wrong in at least one other legal order. A check
here is like one of an exercise, so a run has gone wrong when it raises `CheckFailed`. Whatever has
no part in the bug is an errand, a call of another service.
"""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from checker import Case, Service, takes
from checker.course import Check
from checker.judge.run import Run
from checker.judge.world import World


class Store(Service):
    """Numbers under names, and all that was noted."""

    latency = 0.1

    def __init__(self, **numbers: int) -> None:
        self.numbers = numbers
        self.notes: list[str] = []

    def read(self, name: str) -> int:
        return self.numbers[name]

    def write(self, name: str, number: int) -> None:
        self.numbers[name] = number

    def swap(self, name: str, old: int, new: int) -> bool:
        """Write `new` if `old` is still there."""
        if self.numbers[name] != old:
            return False
        self.numbers[name] = new
        return True

    def note(self, text: str) -> None:
        self.notes.append(text)


class Errands(Service):
    """Calls that change nothing, and take as long as they say."""

    @takes(lambda self, seconds: seconds)
    def run(self, seconds: float) -> None:
        pass


@dataclass(frozen=True)
class Race:
    """A submission, and a check that some orders fail."""

    name: str
    source: bytes
    check: Check


RACES: list[Race] = []


def race(
    source: str, *, late: bool = False
) -> Callable[[Callable[[World, Errands], None]], Callable[[World, Errands], None]]:
    """Make a function that plays one world, and fails it if need be, a race of that `source`."""

    def decorate(play: Callable[[World, Errands], None]) -> Callable[[World, Errands], None]:
        def function(case: Case) -> None:
            for world in case.explore(orders=True, late=late):
                play(world, world.add(Errands()))

        text = "import anyio\n" + textwrap.dedent(source)
        RACES.append(Race(play.__name__, text.encode(), Check(function, play.__name__, 1, None)))
        return play

    return decorate


def expect_number(run: Run, store: Store, name: str, due: int) -> None:
    run.expect(store.numbers[name] == due, f"{name} is {store.numbers[name]}, not {due}")


@race("""
    async def main(store, errands):
        async def add(amount):
            balance = await store.read("balance")
            await store.write("balance", balance + amount)

        async def add_later(amount):
            await errands.run(1.0)
            await add(amount)

        async with anyio.create_task_group() as group:
            group.start_soon(add, 1)
            group.start_soon(add_later, 2)
    """)
def lost_update(world: World, errands: Errands) -> None:
    """The second read must come between the first read and the first write."""
    store = world.add(Store(balance=0))
    expect_number(world.run("main", store, errands), store, "balance", 3)


@race("""
    async def main(store, errands):
        async def add(amount, before):
            for _ in range(before):
                await errands.run(1.0)
            balance = await store.read("balance")
            await store.write("balance", balance + amount)

        async def noise(times):
            for _ in range(times):
                await errands.run(0.5)

        async with anyio.create_task_group() as group:
            group.start_soon(add, 1, 1)
            group.start_soon(add, 2, 8)
            for times in (4, 8, 12, 16):
                group.start_soon(noise, times)
    """)
def lost_update_in_noise(world: World, errands: Errands) -> None:
    """The same among forty calls that have no part in it, by two tasks of unlike length."""
    store = world.add(Store(balance=0))
    expect_number(world.run("main", store, errands), store, "balance", 3)


@race("""
    async def main(store, errands):
        async def book(name, before):
            for _ in range(before):
                await errands.run(1.0)
            free = await store.read("free")
            if free:
                await store.note(name)
                await store.write("free", free - 1)

        async with anyio.create_task_group() as group:
            group.start_soon(book, "Ann", 0)
            group.start_soon(book, "Bob", 5)
    """)
def check_then_act(world: World, errands: Errands) -> None:
    """The last seat is booked twice if one looks after the other did, and before that one took it."""
    store = world.add(Store(free=1))
    run = world.run("main", store, errands)
    run.expect(len(store.notes) == 1, f"one seat was booked by {' and '.join(store.notes)}")


@race("""
    async def main(errands):
        one, other = anyio.Lock(), anyio.Lock()

        async def transfer(first, second, before):
            await errands.run(before)
            async with first:
                await errands.run(0.1)
                async with second:
                    await errands.run(0.1)

        async with anyio.create_task_group() as group:
            group.start_soon(transfer, one, other, 0.1)
            group.start_soon(transfer, other, one, 1.0)
    """)
def lock_cycle(world: World, errands: Errands) -> None:
    """Two locks, taken in opposite order: a deadlock if each task has its first one."""
    world.run("main", errands)


@race("""
    async def main(errands):
        forks = [anyio.Lock() for _ in range(5)]

        async def dine(seat):
            await errands.run(1.0 + seat)
            async with forks[seat]:
                await errands.run(0.1)
                async with forks[(seat + 1) % 5]:
                    await errands.run(0.1)

        async with anyio.create_task_group() as group:
            for seat in range(5):
                group.start_soon(dine, seat)
    """)
def philosophers(world: World, errands: Errands) -> None:
    """Five locks in a ring: a deadlock if each of five tasks has its first one."""
    world.run("main", errands)


@race("""
    async def main(store, errands):
        async def configure():
            await errands.run(0.5)
            await store.write("ready", 1)

        async def work():
            for _ in range(20):
                await errands.run(1.0)
            if not await store.read("ready"):
                await store.note("used before it was ready")

        async with anyio.create_task_group() as group:
            group.start_soon(configure)
            group.start_soon(work)
    """)
def twenty_steps_first(world: World, errands: Errands) -> None:
    """Twenty-one calls in a row must overtake a single one."""
    store = world.add(Store(ready=0))
    run = world.run("main", store, errands)
    run.expect(not store.notes, "it was used before it was ready")


@race("""
    async def main(store, errands):
        async def configure():
            await errands.run(0.5)
            await store.write("ready", 1)

        async def work():
            for _ in range(20):
                await errands.run(1.0)
            if not await store.read("ready"):
                await store.note("used before it was ready")

        async def noise():
            for _ in range(10):
                await errands.run(0.5)

        async with anyio.create_task_group() as group:
            group.start_soon(configure)
            group.start_soon(work)
            for _ in range(4):
                group.start_soon(noise)
    """)
def twenty_steps_in_noise(world: World, errands: Errands) -> None:
    """The same while four other tasks make forty calls."""
    store = world.add(Store(ready=0))
    run = world.run("main", store, errands)
    run.expect(not store.notes, "it was used before it was ready")


@race("""
    async def main(store, errands):
        arrived = anyio.Condition()

        async def post():
            for _ in range(3):
                await errands.run(1.0)
            await store.write("letters", 1)
            async with arrived:
                arrived.notify_all()

        async def fetch():
            await errands.run(0.5)
            if not await store.read("letters"):
                await store.note("none yet")
                async with arrived:
                    await arrived.wait()

        async with anyio.create_task_group() as group:
            group.start_soon(fetch)
            group.start_soon(post)
    """)
def lost_wake_up(world: World, errands: Errands) -> None:
    """The notification is sent after the other side has looked, and before it waits."""
    world.run("main", world.add(Store(letters=0)), errands)


@race(
    """
    async def main(store, errands):
        with anyio.move_on_after(2.0):
            await errands.run(0.3)
            await store.write("sent", 1)
            await store.note("sent")
    """,
    late=True,
)
def missed_cancellation(world: World, errands: Errands) -> None:
    """The timeout ends a task after it did something and before it said so."""
    store = world.add(Store(sent=0))
    run = world.run("main", store, errands)
    run.expect(len(store.notes) == store.numbers["sent"], "it was sent, and nobody noted that")


@race(
    """
    async def main(store, errands):
        async def order():
            with anyio.move_on_after(5.0):
                for _ in range(6):
                    await errands.run(0.3)
                await store.write("sent", 1)
                await store.note("sent")
                for _ in range(6):
                    await errands.run(0.3)

        async def noise():
            for _ in range(10):
                await errands.run(0.4)

        async with anyio.create_task_group() as group:
            group.start_soon(order)
            group.start_soon(noise)
            group.start_soon(noise)
    """,
    late=True,
)
def missed_cancellation_in_noise(world: World, errands: Errands) -> None:
    """The same, where the timeout has one such moment among thirty others."""
    store = world.add(Store(sent=0))
    run = world.run("main", store, errands)
    run.expect(len(store.notes) == store.numbers["sent"], "it was sent, and nobody noted that")


@race("""
    async def main(store, errands):
        async def pop():
            top = await store.read("top")
            below = await store.read("below")
            await store.swap("top", top, below)

        async def pop_both_and_push_one():
            await errands.run(1.0)
            top = await store.read("top")
            if top != 1:
                return
            await store.write("top", 2)
            await store.write("below", 0)
            await store.write("top", 0)
            await store.note("popped both")
            await store.write("top", 1)

        async with anyio.create_task_group() as group:
            group.start_soon(pop)
            group.start_soon(pop_both_and_push_one)
    """)
def a_b_a(world: World, errands: Errands) -> None:
    """What was compared before the swap is the same again, but not what lies below it."""
    store = world.add(Store(top=1, below=2))
    run = world.run("main", store, errands)
    popped_both = bool(store.notes)
    run.expect(not popped_both or store.numbers["top"] != 2, "what was popped is on top again")


@race("""
    async def main(store, errands):
        async def read_then_work():
            if await store.read("closed"):
                await store.note("read when it was closed")
            for _ in range(6):
                await errands.run(0.1)

        async def work_then_close():
            for _ in range(3):
                await errands.run(1.0)
            await store.write("closed", 1)
            for _ in range(12):
                await errands.run(1.0)

        async with anyio.create_task_group() as group:
            group.start_soon(read_then_work)
            group.start_soon(work_then_close)
    """)
def early_among_many(world: World, errands: Errands) -> None:
    """What matters comes first, and then many calls in any order, of which few overlap in time."""
    store = world.add(Store(closed=0))
    run = world.run("main", store, errands)
    run.expect(not store.notes, "it was read when it was closed")
