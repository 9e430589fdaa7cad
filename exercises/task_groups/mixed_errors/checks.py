"""Checks for mixed_errors: a group of exceptions, of which one kind is dealt with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

from checker import (
    Act,
    Call,
    Calls,
    Case,
    EndOfStream,
    ErrorTree,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    listed,
    question,
    same_time,
    scene,
    shown,
    takes,
    were,
)

TROUBLE = (
    OSError,
    PermissionError,
    ValueError,
    TimeoutError,
    EndOfStream,
    ConnectionError,
    LookupError,
    RuntimeError,
    NotADirectoryError,
    FileExistsError,
)

TAKE_OUT_ONE_KIND = "deal with FileNotFoundError and with nothing else: who catches a whole exception group has caught everything in it"
ALL_OF_THEM = "let every exception go on that is no FileNotFoundError, and not only one of them"
THE_VERY_ONE = (
    "let the very exception go on: put no other in its place, not even one that says the same"
)
AT_ANY_DEPTH = "take every FileNotFoundError out of what you raise again, however deep inside: an exception in a group may be a group itself"
LEAVE_COPY_ALONE = "let each file be tried, once, all at the same time: copy() was right as it was"
NOTHING_LEFT = "whatever back_up() starts, it must wait for, or cancel"
LET_IT_OUT = "let a cancellation out at once: whatever catches it must raise it again"


class Vault(Service):
    """Takes a time of its own for each file, and does not get all of them."""

    def __init__(self, seconds: dict[str, float], failures: dict[str, Exception]) -> None:
        self.seconds = seconds
        self.failures = failures

    @takes("seconds")
    def copy(self, file: str) -> None:
        if file in self.failures:
            raise self.failures[file]


@dataclass(frozen=True)
class Backup:
    """One call of back_up, with a vault of its own."""

    vault: Vault
    act: Act
    run: Run

    @property
    def copies(self) -> Calls:
        return self.run.calls.to(self.vault)

    @property
    def gone(self) -> Calls:
        return self.copies.where(
            lambda call: call.failure is not None and call.failure.kind == "FileNotFoundError"
        )

    @property
    def trouble(self) -> Calls:
        return self.copies.where(
            lambda call: call.failure is not None and call.failure.kind != "FileNotFoundError"
        )

    @property
    def was_cut_short(self) -> bool:
        return self.act.record.cancelled_at is not None

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        if self.act.error is None:
            return f"back_up() returned {shown(self.act.value)}"
        return f"back_up() raised {listed([_named(error) for error in self.act.errors])}"

    def expect_tried(self) -> None:
        """Each file was tried, once, and nothing else was."""
        for call in self.copies:
            self.run.expect(
                call.given["file"] in self.vault.seconds,
                f"copy({call.arguments[0] if call.arguments else ''!r}) was called at {call.started:g} s; "
                "that is no file of this folder",
                at=call,
                advice=LEAVE_COPY_ALONE,
            )
        for file in self.vault.seconds:
            tries = self.copies.given(file=file)
            if not tries and self.act.error is not None:
                self.expect_no_strange_error()
            self.run.expect(
                len(tries) == 1 and tries[0].outcome != "cancelled",
                f"copy({file!r}) "
                + (
                    f"was called {len(tries)} times"
                    if len(tries) > 1
                    else f"was given up at {tries[0].ended:g} s"
                    if tries
                    else "was never called"
                )
                + f"; {self.ending} at {self.act.ended:g} s",
                at=tries.last,
                advice=LEAVE_COPY_ALONE,
            )

    def expect_no_strange_error(self) -> None:
        """What came out are exceptions that the vault had raised for this backup."""
        for error in self.act.errors:
            if any(error.call == call.number for call in self.copies):
                continue
            copied = next(
                (c for c in self.trouble if c.failure and c.failure.message in error.message), None
            )
            other = next((call for call in self.run.calls if call.number == error.call), None)
            seen = f"{self.ending} at {self.act.ended:g} s; "
            advice = "let nothing else come out than what the vault raised"
            if other is not None:
                seen += f"{_named(error)} is of another backup"
                advice = "keep nothing of one backup where another one finds it"
            elif copied is not None:
                seen += f"what the vault raised at {copied.ended:g} s, in copy({copied.given['file']!r}), is another "
                seen += "exception object"
                advice = THE_VERY_ONE
            else:
                seen += f"the vault has raised no {error.kind} that says this"
            self.run.fail(seen, at=error, advice=advise(error, self.run.trace.backend) or advice)


def _named(error: ErrorTree) -> str:
    return f"{error.kind} ({error.message})" if error.message else error.kind


def _failed(call: Call) -> str:
    return f"copy({call.given['file']!r}) failed at {call.ended:g} s with {call.failure}"


def _folder(case: Case, names: Sequence[str]) -> list[Any]:
    """A folder with these files, some of them in folders inside it, and perhaps an empty one."""
    folders: list[list[Any]] = [[]]
    is_deep = case.pick([False, False, True])
    for name in names:
        place = "new" if is_deep else case.pick(["here", "new", "last"])
        folder = folders[0] if place == "here" else folders[-1]
        if place == "new":
            inner: list[Any] = []
            (folders[-1] if is_deep else case.pick(folders)).append(inner)
            folders.append(inner)
            folder = inner
        folder.append(name)
    if case.pick([False, True]):
        folders[-1].append([])
    return folders[0]


def _plan(case: Case, world: World, most: int, gone: int, trouble: int) -> tuple[Act, Vault]:
    """A backup of up to `most` files, of which up to so many are gone, or fail for another reason."""
    longest = case.pick([9.0, 900.0, 200_000.0])
    names = [f"{number}.jpg" for number in range(1, case.size(0, most) + 1)]
    seconds = {name: case.duration(0.2, longest) for name in names}
    bad = case.distinct(names, min(gone + trouble, len(names)))
    if len(bad) > 1 and case.pick([True, False]):  # At the same moment.
        seconds |= dict.fromkeys(bad[1:], seconds[bad[0]])
    first, apart = case.integer(0, len(TROUBLE) - 1), case.pick([1, 1, 0])
    failures: dict[str, Exception] = {}
    for number, name in enumerate(bad):
        kind = TROUBLE[(first + number * apart) % len(TROUBLE)]
        if number < trouble:
            # Two exceptions may be equal in all but which of them it is.
            told = f"no room for {name} on disk {case.random.randint(100, 999)}"
            failures[name] = kind(told if apart else "the vault is full")
        else:
            failures[name] = FileNotFoundError(name)
    vault = world.add(Vault(seconds, failures))
    return world.call("back_up", vault, _folder(case, names)), vault


@scene
def backups(case: Case) -> Iterator[list[Backup]]:
    for world in case.explore(cancel=True):
        planned = [
            _plan(case, world, 5, 1, 1),
            _plan(case, world, 8, 2, 3),
            _plan(case, world, 3, 2, 0),
            _plan(case, world, 12, 0, 0),
            _plan(case, world, 3, 0, 2),
        ]
        for _ in range(case.size(0, case.pick([0, 8, 0]))):
            planned.append(_plan(case, world, 1, 0, 0))
        acts = [act for act, _ in planned]
        for before, act in pairwise(acts):
            if case.pick([True, False]):
                act.after(before)
        run = world.attempt_all(*acts)
        yield [Backup(vault, act, run) for act, vault in planned]


@check(
    "Every exception but FileNotFoundError reaches the caller, and none of them is lost",
    points=3,
    advice=TAKE_OUT_ONE_KIND,
)
def trouble_comes_out(case: Case) -> None:
    for backup in chain.from_iterable(backups(case)):
        if backup.was_cut_short:
            continue
        act, run = backup.act, backup.run
        backup.expect_tried()
        unheard = backup.trouble.where(lambda call, act=act: not act.heard(call))  # type: ignore[misc]
        heard = backup.trouble.where(act.heard)
        if unheard and act.error is None:
            run.fail(
                f"{_failed(unheard[0])}. {backup.ending} at {act.ended:g} s, and its caller never heard of that",
                at=unheard[0],
                advice=TAKE_OUT_ONE_KIND,
            )
        if unheard and not heard:
            backup.expect_no_strange_error()
        many = len(backup.trouble)
        run.expect(
            not unheard,
            f"{counted(many, 'copy', 'copies')} failed with exceptions that should come out, and {len(unheard)} of "
            f"them {'is' if len(unheard) == 1 else 'are'} missing: {unheard[0].failure if unheard else ''}. "
            f"{backup.ending}",
            at=unheard.first,
            advice=ALL_OF_THEM,
        )
        backup.expect_no_strange_error()
        for call in backup.trouble:
            times = sum(error.call == call.number for error in act.errors)
            run.expect(
                times == 1,
                f"{_failed(call)}. This exception came out {times} times",
                at=call,
                advice="let each exception come out once",
            )


@check("A file that is gone is no error: back_up() returns False, and raises nothing", points=2)
def gone_is_no_error(case: Case) -> None:
    for backup in chain.from_iterable(backups(case)):
        if backup.was_cut_short:
            continue
        act, run = backup.act, backup.run
        backup.expect_tried()
        gone = len(backup.gone)
        came_out = backup.gone.where(act.heard)
        if came_out:
            depth = _depth(act.error, came_out[0])
            where = (
                ", in a group inside a group"
                if depth > 1
                else ", in an exception group"
                if depth
                else ""
            )
            run.fail(
                f"{_failed(came_out[0])}. That came out of back_up(){where}: whoever is on call is woken up because of a "
                "file that is gone",
                at=came_out[0],
                advice=AT_ANY_DEPTH,
            )
        if backup.trouble:
            continue
        backup.expect_no_strange_error()
        due = not gone
        run.expect(
            act.value is due,
            (
                f"{gone} of {counted(len(backup.vault.seconds), 'file')} {were(gone)} gone, and nothing else went wrong; "
                if gone
                else "no file was gone, and nothing went wrong; "
            )
            + f"back_up() returned {shown(act.value)}, and {due} was due",
            at=backup.gone.first,
            advice="return True if every file was copied, and False if some were gone",
        )


def _depth(error: ErrorTree | None, call: Call) -> int:
    """In how many groups, one inside the other, the exception is with which a call failed."""
    if error is None or not error.children:
        return 0
    return 1 + max(
        (_depth(child, call) for child in error.children if _holds(child, call)), default=0
    )


def _holds(error: ErrorTree, call: Call) -> bool:
    return error.call == call.number or any(_holds(child, call) for child in error.children)


@check("All files are tried at the same time, and a cancellation ends that at once")
def tried_at_once(case: Case) -> None:
    for backup in chain.from_iterable(backups(case)):
        act, run, copies = backup.act, backup.run, backup.copies
        cancelled = act.record.cancelled_at
        run.expect_ended_with(act, copies)
        left = [*run.tasks_left, *run.threads_left]
        run.expect(
            not left,
            f"{counted(len(left), 'task or thread', 'tasks or threads')} still ran when the last backup had ended",
            at=next(iter(left), None),
            advice=NOTHING_LEFT,
        )
        if cancelled is not None:
            ended = sum(call.outcome in ("answered", "failed") for call in copies)
            files = len(backup.vault.seconds)
            run.expect(
                act.gave_way(copies) or act.error is not None or ended == files,
                f"back_up() was cancelled at {cancelled:g} s, when {ended} of {counted(files, 'copy', 'copies')} had "
                f"ended, and returned as if it had come to its end",
                advice=LET_IT_OUT,
            )
            continue
        backup.expect_tried()
        for call in copies:
            run.expect(
                same_time(call.started, act.started),
                f"back_up() was called at {act.started:g} s, and copy({call.given['file']!r}) not until "
                f"{call.started:g} s",
                at=call,
                advice=LEAVE_COPY_ALONE,
                together=[[each] for each in copies],
            )
        last = max((call.ended or 0.0 for call in copies), default=act.started)
        run.expect(
            not is_later(act.ended, last),
            f"the last of {counted(len(copies), 'copy', 'copies')} ended at {last:g} s, and back_up() not until "
            f"{act.ended:g} s",
            advice="end as soon as the last copy has ended: wait for nothing else",
        )


@question
def gone_and_full(case: Case) -> str | None:
    world = case.world()
    failures: dict[str, Exception] = {
        "cake.jpg": FileNotFoundError("cake.jpg"),
        "dance.jpg": OSError("no space left"),
    }
    vault = world.add(Vault(dict.fromkeys(["logo.png", *failures], 1.0), failures))
    run = world.attempt("back_up", vault, ["logo.png", "cake.jpg", ["dance.jpg"]])
    if run.error is None:
        return "dropped" if run.value is False else None
    return {("FileNotFoundError", "OSError"): "all", ("OSError",): "rest"}.get(
        tuple(sorted(error.kind for error in run.errors))
    )
