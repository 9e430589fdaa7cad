"""What happened in a run, in sentences, with what went wrong in it as the key ones."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, groupby
from typing import Any, Final, NamedTuple

from checker.folding import rounds
from checker.judge.causes import find_causes
from checker.judge.trace import (
    Call,
    Deadlocked,
    Livelocked,
    Paused,
    Raised,
    Returned,
    Stopped,
    Trace,
    Waited,
)
from checker.judge.words import awaited, error_name, task_name, told_cause, value_shown, which
from checker.recording import Sentence
from checker.translation import _, ngettext
from checker_sandbox.wire.plain import shortened

MAX_SENTENCES: Final = 40
"""How long a story may be; of a longer one the middle is left out, but for its key sentences and the
waits that never ended."""

MAX_KEYS: Final = 3
BEFORE_KEY: Final = 4
"""How many sentences stay before each key sentence."""

MAX_WAITS: Final = 8
"""How many of the waits that never ended stay."""


def tell(trace: Trace, *, passed: bool) -> list[Sentence]:
    """The story of a run, in the order in which it happened."""
    *story, end = (step.sentence for step in steps(trace, passed=passed))
    folded, folds = _folded(story)
    return _abridged([*folded, end], folds, _last_waits(trace))


class Step(NamedTuple):
    """A sentence of a story, and what it is about."""

    place: int
    """Its place among all that happened in the run; that of the step before it, if it is told of
    several."""
    sentence: Sentence
    who: tuple[int, int] | None = None
    """The task (or 0) and the thread that it is about."""
    goes_on: bool = False
    """Whether they do something that takes them to where they are next."""


def steps(trace: Trace, *, passed: bool) -> list[Step]:
    """The whole story of a run, step by step, with nothing folded or left out."""
    story = [*_steps(trace)]
    for cause in [] if passed else [told_cause(trace, cause) for cause in find_causes(trace)]:
        # It stands behind the step that it is about, or behind all of its instant.
        after = [i for i, step in enumerate(story) if step.sentence.at <= cause.at]
        at = after[-1] + 1 if after else 0
        story.insert(at, Step(story[at - 1].place if at else 0, cause))
    return [*story, Step(story[-1].place if story else 0, _end(trace), (1, 0))]


def tell_all(trace: Trace) -> list[Sentence]:
    """Everything that happened in a run, and how it ended unless somebody stopped it: nothing is left
    out, told twice or explained."""
    end = [] if isinstance(trace.ending, Paused) else [_end(trace)]
    return [*(step.sentence for step in _steps(trace)), *end]


# --- step by step -------------------------------------------------------------------------------


def _steps(trace: Trace) -> Iterator[Step]:
    """Everything that happened, in order."""
    placed: list[Step] = []

    def add(
        place: int,
        at: float,
        text: str,
        line: int | None,
        who: tuple[int, int] | None = None,
        goes_on: bool = False,
    ) -> None:
        placed.append(Step(place, Sentence(at, text, line), who, goes_on))

    for call in trace.calls:
        who, lane = _caller(trace, call), _lane(call)
        begun = _("{who} calls {call}", who=who, call=_shown_call(trace, call))
        add(call.order, call.started, begun, call.line, lane, goes_on=True)
        if call.ended is not None and call.ended_order is not None:
            add(call.ended_order, call.ended, _reply(trace, call, who), call.line, lane)
    for (parent, at, __), tasks in groupby(
        (task for task in trace.tasks.values() if task.parent is not None),
        key=lambda task: (task.parent, task.started, task.name),
    ):
        started = list(tasks)
        text = _(
            "{task} starts {tasks}", task=task_name(trace, parent or 0), tasks=_listed(started)
        )
        add(started[0].order, at, text, started[0].line, (parent or 0, 0), goes_on=True)
    for struck in trace.watched.struck:
        who = task_name(trace, struck.task)
        kind = f"{struck.kind}: {struck.message}" if struck.message else struck.kind
        if struck.kind:
            text = _("{error} is raised in {task}", error=kind, task=who)
        else:
            text = _("{task} is cancelled", task=who)
        add(struck.order, struck.at, text, struck.line, (struck.task, 0))
    for wait in trace.watched.waits:
        if wait.what.kind not in ("reply", "turn", "children"):
            add(wait.order, wait.at, _wait(trace, wait), wait.line, _lane(wait), goes_on=True)
    for limit in trace.watched.timeouts:
        text = _(
            "the time limit of {length:g} s of {task} is up",
            length=limit.length,
            task=task_name(trace, limit.task),
        )
        add(limit.order, limit.until, text, limit.line, (limit.task, 0))
    for cancel in trace.watched.cancels:
        text = _("{task} calls cancel()", task=task_name(trace, cancel.task))
        add(cancel.order, cancel.at, text, cancel.line, (cancel.task, 0))
    if trace.cancelled_at is not None:
        text = _("the checker cancels the submission from outside")
        add(trace.cancelled_order, trace.cancelled_at, text, None)
    yield from sorted(placed, key=lambda step: step.place)


def _lane(what: Call | Waited) -> tuple[int, int]:
    return (0, what.thread) if what.thread else (what.task, 0)


def _wait(trace: Trace, wait: Waited) -> str:
    thread = trace.watched.threads.get(wait.thread)
    who = (
        _("worker thread {name}", name=thread.name)
        if thread is not None
        else task_name(trace, wait.task)
    )
    if wait.what.kind in ("sleep", "thread's sleep"):
        return _("{who} sleeps", who=who)
    return _("{who} waits for {what}", who=who, what=awaited(trace, wait.what))


def _last_waits(trace: Trace) -> set[str]:
    """What is told of the waits that never ended."""
    if not isinstance(trace.ending, Deadlocked | Livelocked):
        return set()
    last = {(wait.task, wait.thread): wait for wait in trace.watched.waits}
    stuck = {wait.task for wait in trace.ending.waits}
    return {_wait(trace, wait) for (task, __), wait in last.items() if task in stuck}


def _caller(trace: Trace, call: Call) -> str:
    thread = trace.watched.threads.get(call.thread)
    if call.thread:
        return _("worker thread {name}", name=thread.name if thread else call.thread)
    return task_name(trace, call.task)


def _shown_call(trace: Trace, call: Call) -> str:
    given = [*map(value_shown, call.arguments)]
    given += [f"{name}={value_shown(value)}" for name, value in call.keywords.items()]
    return f"{call.method}({', '.join(given)}){which(trace, call)}"


def _reply(trace: Trace, call: Call, who: str) -> str:
    name = f"{call.method}(){which(trace, call)}"
    if call.failure is not None:
        error = shortened(str(call.failure), 80)
        return _("{call} fails for {who} with {error}", call=name, who=who, error=error)
    if call.outcome == "cancelled":
        return _("{call} of {who} is cancelled, and never happens", call=name, who=who)
    if call.is_last:
        return _("{call} tells {who} that there are no more items", call=name, who=who)
    if call.reply is None and not _may_answer(call):
        return _("{call} is done for {who}", call=name, who=who)
    answer = value_shown(call.reply)
    return _("{call} answers {answer} for {who}", call=name, answer=answer, who=who)


def _may_answer(call: Call) -> bool:
    """Whether None is one of several answers of a method, by its annotations."""
    method = getattr(type(call.service), call.method, None)
    returned = getattr(method, "__annotations__", {}).get("return")
    return returned not in (None, "None")


def _listed(tasks: Sequence[Any]) -> str:
    first, last = tasks[0], tasks[-1]
    if len(tasks) == 1:
        return _("task {number} ({name})", number=first.number, name=first.name)
    facts = {"first": first.number, "last": last.number, "name": first.name}
    if len(tasks) == 2:
        return _("tasks {first} and {last} ({name})", **facts)
    return _("tasks {first} to {last} ({name})", **facts)


def _end(trace: Trace) -> Sentence:
    who = task_name(trace, 1)
    match trace.ending:
        case Returned(value):
            text = _("{task} returns {value}", task=who, value=value_shown(value))
            return Sentence(trace.elapsed, text, None)
        case Raised(error):
            text = _("{task} raises {error}", task=who, error=error_name(error))
            return Sentence(trace.elapsed, text, error.line)
        case Stopped():
            return Sentence(trace.elapsed, _("{task} lets itself be cancelled", task=who), None)
        case Deadlocked():
            return Sentence(trace.elapsed, _("nothing can ever happen again"), None)
        case Livelocked(since=since, until=float()):
            text = _(
                "everything is as it was at {since:g} s, so the same repeats for ever", since=since
            )
            return Sentence(trace.elapsed, text, None)
        case Livelocked(steps=steps):
            text = ngettext(
                "and so it went on, until timers had gone off {number:,} time",
                "and so it went on, until timers had gone off {number:,} times",
                steps,
            )
            return Sentence(trace.elapsed, text, None)
    return Sentence(trace.elapsed, _("the run ends here"), None)


def _folded(story: Sequence[Sentence]) -> tuple[list[Sentence], set[int]]:
    """With rounds told once, but for what is near to a key sentence; and the places of what says how
    often they came. Within an instant, the order of the tasks may differ from round to round."""
    near = _near_keys(story)
    instants: list[list[Sentence]] = []
    things: list[object] = []
    for __, group in groupby(enumerate(story), key=lambda step: step[1].at):
        numbered = list(group)
        instants.append([step for __, step in numbered])
        is_near = any(n in near for n, __ in numbered)
        alike = Counter((step.text, step.line) for __, step in numbered)
        things.append(numbered[0][0] if is_near else frozenset(alike.items()))
    told: list[Sentence] = []
    folds = set()
    before = 0
    for found in rounds(things):
        after = found.start + found.length
        told += chain.from_iterable(instants[before:after])
        steps = sum(map(len, instants[found.start : after]))
        text = ngettext(
            "(this step, {times} more times)",
            "(these {number} steps, {times} more times)",
            steps,
            times=f"{found.times - 1:,}",
        )
        folds.add(len(told))
        told.append(Sentence(instants[found.end - 1][-1].at, text, None))
        before = found.end
    return [*told, *chain.from_iterable(instants[before:])], folds


def _near_keys(story: Sequence[Sentence]) -> set[int]:
    keys = [i for i, sentence in enumerate(story) if sentence.key]
    return {j for i in keys[:MAX_KEYS] for j in range(i - BEFORE_KEY, i + 3)}


def _abridged(
    story: list[Sentence], folds: Collection[int], waits: Collection[str]
) -> list[Sentence]:
    """Little more than so many sentences, among them the first `folds` and the last of each of these
    `waits`."""
    if len(story) <= MAX_SENTENCES:
        return story
    near = _near_keys(story)
    near |= {j for i in sorted(folds)[:MAX_KEYS] for j in range(i - BEFORE_KEY, i + 1)}
    near |= set(
        sorted({s.text: i for i, s in enumerate(story) if s.text in waits}.values())[-MAX_WAITS:]
    )
    edge = max((MAX_SENTENCES - len(near)) // 2, 1)
    kept = [i for i in range(len(story)) if i < edge or i >= len(story) - edge or i in near]
    shown: list[Sentence] = []
    before = -1
    for i in kept:
        if i > before + 1:
            text = ngettext("({number} step more)", "({number} steps more)", i - before - 1)
            shown.append(Sentence(story[i - 1].at, text, None))
        shown.append(story[i])
        before = i
    return shown
