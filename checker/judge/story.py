"""What happened in a run, in sentences, with what went wrong in it as the key ones."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from checker.judge.causes import find_causes
from checker.judge.trace import Call, Deadlocked, Raised, Returned, Stopped, Trace
from checker.judge.words import awaited, error_name, task_name, told_cause, value_shown, which
from checker.recording import Sentence
from checker_sandbox.wire.plain import shortened

MAX_SENTENCES: Final = 40
"""How long a story may be; of a longer one the middle is left out, but for its key sentences."""


def tell(trace: Trace, *, passed: bool) -> list[Sentence]:
    """The story of a run, in the order in which it happened."""
    story = [*_steps(trace)]
    for cause in [] if passed else [told_cause(trace, cause) for cause in find_causes(trace)]:
        # It stands behind the step that it is about, or behind all of its instant.
        after = [i for i, step in enumerate(story) if step.at <= cause.at]
        story.insert(after[-1] + 1 if after else 0, cause)
    story.append(_end(trace))
    return _abridged(story)


# --- step by step -------------------------------------------------------------------------------


def _steps(trace: Trace) -> Iterator[Sentence]:
    """Everything that happened, in order."""
    placed: list[tuple[int, Sentence]] = []

    def add(place: int, at: float, text: str, line: int | None) -> None:
        placed.append((place, Sentence(at, text, line)))

    for call in trace.calls:
        who = _caller(trace, call)
        add(call.order, call.started, f"{who} calls {_shown_call(trace, call)}", call.line)
        if call.ended is not None and call.ended_order is not None:
            add(call.ended_order, call.ended, _reply(trace, call, who), call.line)
    for (parent, at, _), tasks in groupby(
        (task for task in trace.tasks.values() if task.parent is not None),
        key=lambda task: (task.parent, task.started, task.name),
    ):
        started = list(tasks)
        text = f"{task_name(trace, parent or 0)} starts {_listed(started)}"
        add(started[0].order, at, text, started[0].line)
    for struck in trace.watched.struck:
        who = task_name(trace, struck.task)
        kind = f"{struck.kind}: {struck.message}" if struck.message else struck.kind
        text = f"{kind} is raised in {who}" if struck.kind else f"{who} is cancelled"
        add(struck.order, struck.at, text, struck.line)
    for wait in trace.watched.waits:
        if wait.what.kind not in ("reply", "turn", "children"):
            thread = trace.watched.threads.get(wait.thread)
            who = f"worker thread {thread.name}" if thread else task_name(trace, wait.task)
            sleeping = wait.what.kind in ("sleep", "thread's sleep")
            what = "sleeps" if sleeping else f"waits for {awaited(trace, wait.what)}"
            add(wait.order, wait.at, f"{who} {what}", wait.line)
    if trace.cancelled_at is not None:
        text = "the checker cancels the submission from outside"
        add(trace.cancelled_order, trace.cancelled_at, text, None)
    yield from (sentence for _, sentence in sorted(placed, key=lambda entry: entry[0]))


def _caller(trace: Trace, call: Call) -> str:
    thread = trace.watched.threads.get(call.thread)
    if call.thread:
        return f"worker thread {thread.name if thread else call.thread}"
    return task_name(trace, call.task)


def _shown_call(trace: Trace, call: Call) -> str:
    given = [*map(value_shown, call.arguments)]
    given += [f"{name}={value_shown(value)}" for name, value in call.keywords.items()]
    return f"{call.method}({', '.join(given)}){which(trace, call)}"


def _reply(trace: Trace, call: Call, who: str) -> str:
    name = f"{call.method}(){which(trace, call)}"
    if call.outcome == "failed":
        return f"{name} fails for {who} with {shortened(str(call.reply), 80)}"
    if call.outcome == "cancelled":
        return f"{name} of {who} is cancelled, and never happens"
    answer = "is done" if call.reply is None else f"answers {value_shown(call.reply)}"
    return f"{name} {answer} for {who}"


def _listed(tasks: Sequence[Any]) -> str:
    first, last = tasks[0], tasks[-1]
    if len(tasks) == 1:
        return f"task {first.number} ({first.name})"
    between = "and" if len(tasks) == 2 else "to"
    return f"tasks {first.number} {between} {last.number} ({first.name})"


def _end(trace: Trace) -> Sentence:
    who = task_name(trace, 1)
    match trace.ending:
        case Returned(value):
            text = f"{who} returns {value_shown(value)}"
            return Sentence(trace.elapsed, text, None)
        case Raised(error):
            return Sentence(trace.elapsed, f"{who} raises {error_name(error)}", error.line)
        case Stopped():
            return Sentence(trace.elapsed, f"{who} lets itself be cancelled", None)
        case Deadlocked():
            return Sentence(trace.elapsed, "nothing can ever happen again", None)
    return Sentence(trace.elapsed, "the run ends here", None)


def _abridged(story: list[Sentence]) -> list[Sentence]:
    if len(story) <= MAX_SENTENCES:
        return story
    keys = [i for i, sentence in enumerate(story) if sentence.key]
    near = {j for i in keys[:3] for j in range(i - 4, i + 3)}
    edge = (MAX_SENTENCES - len(near)) // 2
    kept = [i for i in range(len(story)) if i < edge or i >= len(story) - edge or i in near]
    shown: list[Sentence] = []
    before = -1
    for i in kept:
        if i > before + 1:
            skipped = i - before - 1
            text = f"({skipped} step{'' if skipped == 1 else 's'} more)"
            shown.append(Sentence(story[i - 1].at, text, None))
        shown.append(story[i])
        before = i
    return shown
