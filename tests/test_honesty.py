"""Whatever an honest sandbox says is accepted, and each single deviation ends the run.

The sandbox here is a model: it walks through what could happen in a run, with a judge that answers at
random. At each place of a walk it knows what could not be said there.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from checker import Service, blocking
from checker.judge.honesty import MAX_ERRORS, SLACK, Honesty
from checker.judge.service import NoSuchMethod
from checker_sandbox.wire.link import ProtocolError
from checker_sandbox.wire.messages import (
    ActEnded,
    ActSpec,
    Answered,
    Awaited,
    Broken,
    CallCancelled,
    Called,
    CancelCalled,
    Ended,
    ErrorTree,
    Explain,
    Explained,
    Failed,
    Flush,
    Idle,
    Left,
    LoopBlocked,
    LoopFreed,
    PassedBy,
    Primitive,
    Primitives,
    Printed,
    Raised,
    Resume,
    Returned,
    RunEnded,
    Spun,
    Stands,
    Start,
    Stopped,
    Strike,
    StrikeCame,
    Struck,
    Swallowed,
    TaskStarted,
    TaskSteps,
    ThreadStarted,
    TimedOut,
    Wait,
    Waiting,
    Warned,
    Woken,
)

RANDOM = st.randoms(use_true_random=False)

Item: TypeAlias = Any
"""An event, a message whose events have been heard, or the judge's answer."""


class Storage(Service):
    async_methods = ("fetch", "save")

    def fetch(self) -> None: ...

    def save(self) -> None: ...

    @blocking
    def read(self) -> None: ...


SERVICES = [Storage(), Storage()]
"""Of which the sandbox is told of the first one only."""


def called(call: int, method: str, task: int, thread: int = 0, service: int = 0) -> Called:
    return Called(call, service, method, [], {}, task, thread, None)


class Sandbox:
    """A run that nobody has touched, and the judge that answers it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        acts = random.choice((1, 1, 2, 3))
        begin = [0] if acts == 1 else sorted(random.sample(range(acts), k=random.randint(1, acts)))
        count = random.random() < 0.5
        strike = Strike(random.randint(1, 6), random.randrange(acts))
        watch = random.random() < 0.5
        self.start = Start(
            "asyncio",
            [ActSpec("main", [])] * acts,
            0,
            begin=begin,
            stay=random.random() < 0.5,
            watch=watch,
            picture=watch and random.random() < 0.5,
            count=count,
            strike=strike if count and random.random() < 0.5 else None,
        )
        self.one_call = self.start.is_one_call
        self.tasks = 0
        self.dead: set[int] = set()
        self.threads: dict[int, int] = {}
        self.calls = 0
        self.awaited: dict[int, int] = {}
        self.held: dict[int, int] = {}
        self.failed: set[int] = set()
        self.answered: set[int] = set()
        self.loop = "free"
        self.by_call = 0
        self.under_way = set(begin)
        self.known_under_way = set(begin) if self.one_call else set()
        """The acts that have begun in the sandbox, which hears of them when tasks can run."""
        self.to_begin = set(range(acts)) - set(begin)
        self.cancelled: set[int] = set()
        self.strike = self.start.strike
        self.struck_nobody = False
        """Since its act had not begun in the sandbox, though the judge may have begun it."""
        self.steps = self.told = 0
        self.asked = Resume(0, [])
        self.now = 0

    # --- a walk ---

    def walk(self, length: int) -> Iterator[Item]:
        """What is said and answered, in order."""
        random = self.random
        if random.random() < 0.2:
            yield from self.import_slowly()
        yield self.start_task(None)
        self.known_under_way = set(self.under_way)
        if self.one_call:
            yield from self.step(self.take)
        for _ in range(length):
            yield from random.choice(self.possible())()
        if self.loop == "free":
            yield from self.end()

    def possible(self) -> list[Callable[[], Iterator[Item]]]:
        chances = [self.chatter, self.idle, self.idle, self.flush]
        if self.threads:
            chances += [self.call_from_thread]
        if self.start.watch:
            chances += [self.be_watched]
        if self.loop == "free":
            chances += [self.begin_task, self.begin_thread, self.await_call, self.await_call]
            chances += [self.hold_loop, self.end_act]
        elif not self.by_call or self.by_call in self.answered:
            chances += [self.free_loop] * 3
        if self.awaited:
            chances += [self.give_up]
        return chances

    def import_slowly(self) -> Iterator[Item]:
        self.loop = "held"
        yield LoopBlocked(Awaited("thread's sleep"), 1, 0)
        yield from self.idle()
        yield from self.free_loop()

    def step(self, take: Callable[[], Iterator[Item]]) -> Iterator[Item]:
        """A task goes on, and does something."""
        self.steps += 1
        strike = self.strike
        if strike is not None and self.steps == strike.step:
            self.strike = None
            if strike.act in self.known_under_way & self.under_way:
                self.cancelled.add(strike.act)
                yield StrikeCame()
            else:
                self.struck_nobody = True
        yield from take()

    def take(self) -> Iterator[Item]:
        return iter(())

    def start_task(self, parent: int | None) -> TaskStarted:
        self.tasks += 1
        return TaskStarted(self.tasks, "task", parent, None)

    def somebody(self) -> int:
        alive = [n for n in range(1, self.tasks + 1) if n not in self.dead]
        return self.random.choice([0, *alive])

    def begin_task(self) -> Iterator[Item]:
        yield self.start_task(self.random.choice([None, *range(1, self.tasks + 1)]))

    def begin_thread(self) -> Iterator[Item]:
        task = self.somebody()
        self.threads[len(self.threads) + 1] = task
        yield ThreadStarted(len(self.threads), "worker", task)

    def await_call(self) -> Iterator[Item]:
        task = self.somebody()

        def take() -> Iterator[Item]:
            self.calls += 1
            self.awaited[self.calls] = task
            yield called(self.calls, self.random.choice(Storage.async_methods), task)

        # The checker's own task makes no steps that are counted.
        yield from self.step(take) if task else take()

    def call_from_thread(self) -> Iterator[Item]:
        free = [thread for thread in self.threads if thread not in self.held]
        free = [thread for thread in free if self.threads[thread] not in self.dead]
        if free:
            thread = self.random.choice(free)
            self.calls += 1
            self.held[thread] = self.calls
            yield called(self.calls, "read", self.threads[thread], thread)

    def hold_loop(self) -> Iterator[Item]:
        task = self.somebody()
        what = Awaited(self.random.choice(("thread's sleep", "thread's lock", "thread's end")))
        if self.random.random() < 0.5:
            self.calls += 1
            self.held[0] = self.by_call = self.calls
            self.loop = "to hold"
            yield called(self.calls, "read", task)
            if self.random.random() < 0.3:
                yield Printed("collected")
            if self.random.random() < 0.3:
                yield from self.flush()
            what = Awaited("reply", "read")
        self.loop = "held"
        yield LoopBlocked(what, None, task)

    def free_loop(self) -> Iterator[Item]:
        self.loop, self.by_call = "free", 0
        yield LoopFreed()

    def give_up(self) -> Iterator[Item]:
        call = self.random.choice(sorted(self.awaited))
        del self.awaited[call]
        yield CallCancelled(call)

    def chatter(self) -> Iterator[Item]:
        yield self.random.choice([Printed("hello"), Warned("never awaited", None)])

    def end_act(self) -> Iterator[Item]:
        running = sorted(self.under_way & self.known_under_way)
        if self.one_call or not running:
            return
        act = self.random.choice(running)
        ending = self.ending(act)
        self.under_way.remove(act)
        yield ActEnded(act, ending)

    def ending(self, act: int) -> Any:
        call = self.random.choice([0, *sorted(self.failed)])
        error = ErrorTree("ExceptionGroup", "", None, [ErrorTree("OSError", "no", 3, [], call)])
        endings = [Returned(None), Raised(error)]
        if act in self.cancelled:
            endings.append(Stopped())
        return self.random.choice(endings)

    def be_watched(self) -> Iterator[Item]:
        alive = [n for n in range(1, self.tasks + 1) if n not in self.dead]
        thread = self.random.choice([0, *self.threads])
        what = Awaited("lock", holders=tuple(alive[:1]))
        if not alive:
            return
        task = self.random.choice(alive)
        told: list[Item] = [
            Waiting(task, thread, None, what),
            Struck(task, None, "OSError", "no"),
            Swallowed(task, None),
            PassedBy(task, None),
            TimedOut(task, None, 0, 0, self.now),
            CancelCalled(task, None),
        ]
        if self.start.picture:
            told += [
                Stands(task, thread, None, (), what, ()),
                Primitives((Primitive("lock", "", holders=(task,), waiting=tuple(alive)),)),
                Woken(task, task),
            ]
        if task > 1 and task not in self.awaited.values() and task not in self.threads.values():
            told.append(Ended(task, 0))
        choice = self.random.choice(told)
        if isinstance(choice, Ended):
            self.dead.add(task)
        yield choice

    def untold_steps(self) -> list[Item]:
        return [TaskSteps(self.steps)] if self.start.count and self.steps > self.told else []

    def news(self) -> Iterator[Item]:
        untold = self.untold_steps()
        if untold:
            self.told = self.steps
        yield from untold

    def flush(self) -> Iterator[Item]:
        yield from self.news()
        yield Flush([])

    def idle(self) -> Iterator[Item]:
        if self.by_call in self.answered and self.loop == "held":
            yield from self.free_loop()
        yield from self.news()
        if (self.awaited or self.held) and self.random.random() < 0.2:
            yield Idle([], None, asks_for_now=True)
        else:
            yield self.idle_until()
        if self.loop == "free":
            self.known_under_way |= self.under_way
        yield self.answer()
        if self.loop == "free":
            self.known_under_way |= self.under_way

    def idle_until(self) -> Idle:
        return Idle(
            [],
            self.random.choice([None, self.now, self.now + 5]),
            self.now + 9 if self.asked.timers else None,
            b"all" if self.asked.memory else None,
        )

    def answer(self) -> Resume:
        """What a judge might say."""
        random = self.random
        replies: list[Answered | Failed] = []
        for call in [*self.awaited, *self.held.values()]:
            if random.random() < 0.5:
                fails = random.random() < 0.5
                replies.append(Failed(call, "OSError", "no") if fails else Answered(call, None))
                self.answered.add(call)
                if fails:
                    self.failed.add(call)
        done = {reply.call for reply in replies}
        self.awaited = {c: task for c, task in self.awaited.items() if c not in done}
        self.held = {thread: c for thread, c in self.held.items() if c not in done}
        begin = [act for act in sorted(self.to_begin) if random.random() < 0.3]
        cancel = [act for act in sorted(self.under_way - self.cancelled) if random.random() < 0.2]
        self.to_begin -= set(begin)
        self.under_way |= set(begin)
        self.cancelled |= set(cancel)
        self.now += random.randrange(3)
        asks = {"timers": random.random() < 0.3, "memory": random.random() < 0.3}
        self.asked = Resume(self.now, replies, begin, cancel, **asks)
        return self.asked

    def end(self) -> Iterator[Item]:
        yield from self.news()
        waits = (Wait("task", self.tasks, None, Awaited("turn")),)
        ends = ["raised", "spun", "broken", "explained"]
        if self.one_call or not (self.under_way or self.to_begin):
            ends.append("returned")
        match self.random.choice(ends):
            case "returned":
                ending = self.ending(0) if self.one_call else Returned(None)
                yield RunEnded([], ending, Left(), self.start.stay and self.leaves_nothing())
            case "raised":
                yield RunEnded([], Raised(ErrorTree("SystemExit", "", None)))
            case "spun":
                yield RunEnded([], Spun(waits))
            case "broken":
                yield Broken([], "Traceback")
            case "explained":
                yield Idle([], None)
                yield Explain()
                yield Explained([], waits)

    def leaves_nothing(self) -> bool:
        return not (self.awaited or self.held or self.threads)

    # --- what could not be said where the walk is now ---

    def dishonest(self) -> dict[str, list[Item]]:
        """By what is wrong with it; the last of each is where that is seen."""
        next_call = self.calls + 1
        raised = Raised(ErrorTree("OSError", "no", None, [], next_call))
        handled = Raised(ErrorTree("ValueError", "no", None, instead_of=next_call))
        deep = ErrorTree("E", "", None)
        for _ in range(MAX_ERRORS):
            deep = ErrorTree("E", "", None, [deep])
        said: dict[str, list[Item]] = {
            "a task twice": [TaskStarted(self.tasks, "task", None, None)],
            "a task left out": [TaskStarted(self.tasks + 2, "task", None, None)],
            "a task that started itself": [
                TaskStarted(self.tasks + 1, "task", self.tasks + 1, None)
            ],
            "a thread twice": [ThreadStarted(len(self.threads), "worker", 0)],
            "a thread left out": [ThreadStarted(len(self.threads) + 2, "worker", 0)],
            "a thread of nobody": [ThreadStarted(len(self.threads) + 1, "worker", self.tasks + 1)],
            "a call twice": [called(self.calls, "fetch", 0)],
            "a call left out": [called(self.calls + 2, "fetch", 0)],
            "a call of a task that never started": [called(next_call, "fetch", self.tasks + 1)],
            "a call of a service that it was not told of": [
                called(next_call, "fetch", 0, service=1)
            ],
            "a call of no method": [called(next_call, "_methods", 0)],
            "a call of what is no method": [called(next_call, "async_methods", 0)],
            "a call from a thread that never started": [
                called(next_call, "read", 0, len(self.threads) + 1)
            ],
            "giving up a call that never was": [CallCancelled(next_call)],
            "an act that is not there": [ActEnded(len(self.start.acts), Returned(None))],
            "explaining before it is asked": [Explained([], ())],
            "timers for which nobody asked": [
                Idle([], None, 5) if not self.asked.timers else LoopBlocked(Awaited("lock"), 1, 0)
            ],
            "memory for which nobody asked": [
                Idle([], None, None, b"x") if not self.asked.memory else TaskSteps(0)
            ],
            "asking for now and telling of later": [Idle([], 5, asks_for_now=True)],
            "an error of a call that has not failed": [RunEnded([], raised)],
            "an error in place of that of a call that has not failed": [RunEnded([], handled)],
            "errors without end": [RunEnded([], Raised(deep))],
            "being out of memory for a call that has not failed": [
                RunEnded([], Raised(ErrorTree("MemoryError", "", None, [], next_call)))
            ],
            "a task that is left and never was": [
                RunEnded(
                    [],
                    Returned(None),
                    Left([Wait("task", self.tasks + 1, None, Awaited("turn"))]),
                )
            ],
            "steps that go back": [TaskSteps(self.told)],
            "staying with something left": [
                RunEnded([], Returned(None), Left([Wait("t", 0, None, Awaited("turn"))]), True)
            ],
            "speaking after the end": [Broken([], ""), Flush([])],
            "calling after the end": [Broken([], ""), called(next_call, "fetch", 0)],
        }
        may_strike = self.strike is not None and self.strike.act in self.under_way
        if not may_strike and not self.struck_nobody:
            said["a cancellation that nobody sent"] = [StrikeCame()]
        if not self.cancelled:
            said["being cancelled by nobody"] = [RunEnded([], Stopped())]
        for call in self.answered:
            said["giving up a call that was answered"] = [CallCancelled(call)]
        for thread, call in self.held.items():
            said["giving up a blocking call"] = [CallCancelled(call)]
            if thread:
                task = self.threads[thread]
                said["a call from a thread that a call holds"] = [
                    called(next_call, "read", task, thread)
                ]
        for thread, task in self.threads.items():
            said["awaiting in a worker thread"] = [called(next_call, "fetch", task, thread)]
            if self.tasks:
                other = next(n for n in range(self.tasks + 1) if n != task)
                said["a call from a thread of another task"] = [
                    called(next_call, "read", other, thread)
                ]
        for task in self.dead:
            said["a call of a task that has ended"] = [called(next_call, "fetch", task)]
            said["waiting after the end"] = [Waiting(task, 0, None, Awaited("turn"))]
        if self.loop == "free":
            said |= self.dishonest_when_free(next_call)
        else:
            said |= self.dishonest_when_held(next_call)
        if not self.one_call and (self.to_begin or self.under_way):
            said["returning before the acts have ended"] = [RunEnded([], Returned(None))]
        if self.one_call:
            said["ending an act of one call"] = [ActEnded(0, Returned(None))]
        for act in self.to_begin:
            said["ending an act that has not begun"] = [ActEnded(act, Returned(None))]
        for act in self.under_way - self.cancelled:
            said["an act that nobody cancelled"] = [ActEnded(act, Stopped())]
        said |= self.dishonest_of_what_is_watched()
        return said

    def dishonest_when_free(self, next_call: int) -> dict[str, list[Item]]:
        call = called(next_call, "read", 0)
        reply = Awaited("reply", "read")
        said: dict[str, list[Item]] = {
            "a blocking call that holds nobody": [call, Idle([], None)],
            "a blocking call, and another one": [call, called(next_call + 1, "read", 0)],
            "a blocking call, and one that is awaited": [call, called(next_call + 1, "fetch", 0)],
            "a blocking call, and the end": [call, RunEnded([], Returned(None))],
            "a blocking call that holds for another reason": [
                call,
                LoopBlocked(Awaited("thread's sleep"), None, 0),
            ],
            "a blocking call of another method": [
                call,
                LoopBlocked(Awaited("reply", "fetch"), None, 0),
            ],
            "a blocking call that never held": [
                call,
                LoopBlocked(reply, None, 0),
                LoopFreed(),
            ],
            "a blocking call that others do not wait for": [
                call,
                LoopBlocked(reply, None, 0),
                Idle([], None),
                Resume(self.now, []),
                called(next_call + 1, "fetch", 0),
            ],
            "a blocking call that is answered and holds on": [
                call,
                LoopBlocked(reply, None, 0),
                Idle([], None),
                Resume(self.now, [Answered(next_call, None)]),
                Idle([], None),
            ],
            "holding for a call that is not there": [LoopBlocked(reply, None, 0)],
            "holding for what holds no thread": [LoopBlocked(Awaited("lock"), None, 0)],
            "holding in a task that is not there": [
                LoopBlocked(Awaited("thread's sleep"), None, self.tasks + 1)
            ],
            "freeing what is free": [LoopFreed()],
        }
        if not self.tasks:
            said["idle before it began"] = [Idle([], None)]
            said["returning before it began"] = [RunEnded([], Returned(None))]
        else:
            said["speaking for the judge"] = [*self.untold_steps(), Idle([], None), Idle([], None)]
        if self.start.count and self.tasks > 1:
            said["a call without a step"] = [
                *self.untold_steps(),
                Idle([], None),
                Resume(self.now, []),
                called(next_call, "fetch", 2),
                Idle([], None),
            ]
            if 2 in self.dead:
                del said["a call without a step"]
        strike = self.strike
        if strike and self.one_call and self.tasks and self.told < strike.step:
            said["a strike that never came"] = [TaskSteps(strike.step + 3), Idle([], None)]
            if strike.step > self.told + 1:
                said["a strike before its step"] = [StrikeCame(), Idle([], None)]
        return said

    def dishonest_when_held(self, next_call: int) -> dict[str, list[Item]]:
        said: dict[str, list[Item]] = {
            "awaiting while nobody can": [called(next_call, "fetch", 0)],
            "a second blocking call on the loop": [called(next_call, "read", 0)],
            "holding what is held": [LoopBlocked(Awaited("thread's sleep"), None, 0)],
            "returning while it is held": [RunEnded([], Returned(None))],
            "spinning while it is held": [RunEnded([], Spun(()))],
        }
        for act in self.under_way:
            said["ending an act while nobody can"] = [ActEnded(act, Returned(None))]
        if self.by_call and self.by_call not in self.answered:
            said["freeing without an answer"] = [LoopFreed()]
        return said

    def dishonest_of_what_is_watched(self) -> dict[str, list[Item]]:
        ahead = self.now + SLACK + 1
        here, nobody = Awaited("turn"), self.tasks + 1
        if not self.start.watch:
            return {"what nobody watches": [Struck(0, None, "", "")]}
        said: dict[str, list[Item]] = {
            "a wait of nobody": [Waiting(nobody, 0, None, here)],
            "a wait of no thread": [Waiting(0, len(self.threads) + 1, None, here)],
            "a lock that nobody holds": [Waiting(0, 0, None, Awaited("lock", holders=(nobody,)))],
            "a permit of nobody": [Waiting(0, 0, None, Awaited("semaphore", gone=(nobody,)))],
            "a time limit that is to come": [TimedOut(0, None, 0, 0, ahead)],
            "a time limit that begins later": [TimedOut(0, None, ahead, 0, 0)],
            "a time limit that is set later": [TimedOut(0, None, 0, ahead, 0)],
            "a cancellation by nobody": [CancelCalled(nobody, None)],
            "an end of nobody": [Ended(nobody, 0)],
            "an error of nobody": [Struck(nobody, None, "", "")],
        }
        if not self.start.picture:
            return said | {"what nobody pictures": [Woken(0, 0)]}
        return said | {
            "waking nobody": [Woken(nobody, 0)],
            "being woken by nobody": [Woken(0, nobody)],
            "standing nowhere": [Stands(nobody, 0, None, (), here, ())],
            "a primitive of nobody": [Primitives((Primitive("lock", "", waiting=(nobody,)),))],
        }


def tell(honesty: Honesty, item: Item) -> None:
    if isinstance(item, Resume | Explain):
        honesty.answer(item)
    elif isinstance(item, Flush | Idle | RunEnded | Explained | Broken):
        honesty.conclude(item)
    else:
        honesty.hear(item)


def honest(sandbox: Sandbox) -> Honesty:
    honesty = Honesty(sandbox.start, SERVICES)
    honesty.introduce(0)
    return honesty


@settings(max_examples=150)
@given(random=RANDOM, length=st.integers(0, 40))
def test_every_walk_of_an_honest_sandbox_is_accepted(random, length):
    sandbox = Sandbox(random)
    honesty = honest(sandbox)
    for item in sandbox.walk(length):
        tell(honesty, item)


@settings(max_examples=300)
@given(random=RANDOM, length=st.integers(0, 30))
def test_every_single_deviation_from_a_walk_is_refused(random, length):
    sandbox = Sandbox(random)
    honesty = honest(sandbox)
    until = random.randrange(length + 3)
    for number, item in enumerate(sandbox.walk(length)):
        tell(honesty, item)
        if number >= until and may_deviate(sandbox, item):
            break
    else:
        return
    said = sandbox.dishonest()
    name = random.choice(sorted(said))
    refused = refused_among(honesty, said[name])
    assert refused is said[name][-1], name


def refused_among(honesty: Honesty, items: list[Item]) -> Item | None:
    """The first of these that is refused."""
    for item in items:
        try:
            tell(honesty, item)
        except (ProtocolError, NoSuchMethod):
            return item
    return None


def may_deviate(sandbox: Sandbox, item: Item) -> bool:
    """Whether the sandbox is about to speak, and may say what it likes."""
    is_last = isinstance(item, RunEnded | Explained | Broken | Explain | Idle)
    return not is_last and sandbox.loop != "to hold"


def test_every_deviation_that_the_model_knows_is_reached():
    reached = set()
    for seed in range(300):
        sandbox = Sandbox(Random(seed))
        for item in sandbox.walk(25):
            if may_deviate(sandbox, item):
                reached |= sandbox.dishonest().keys()
    assert len(reached) >= 70
