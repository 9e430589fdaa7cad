"""Ties a watch together: who hears something puts it into one queue, and one task takes it out.

So whatever happens at the same time (a key, a save, a verdict, another size of the window) is dealt with
one after the other, by a `Session` that never waits. What takes time is a task of its own, in a cancel
scope of its own: what makes it of no use cancels it.
"""

import math
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from checker.course import CourseError, Exercise
from checker.report import BACKENDS, ExerciseReport, summarize_exercise
from checker.seeds import Seed, draw_seed
from checker.submission import Source
from checker.translation import _
from checker.watch import files, lint
from checker.watch.judges import JudgeLost, Judges, warm_judges
from checker.watch.keys import Terminal
from checker.watch.messages import Answer, Grade, Job, Play
from checker.watch.session import Session, Wish

SETTLE_SECONDS: Final = 0.2
"""Real seconds for which a file may be missing or empty: some editors take it away and write it again."""

SIGNALS: Final = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGTSTP,
    signal.SIGCONT,
    signal.SIGWINCH,
)


@dataclass(frozen=True)
class _Pressed:
    key: str


@dataclass(frozen=True)
class _Heard:
    signal: signal.Signals


@dataclass(frozen=True)
class _Looked:
    """The file may have been saved."""


@dataclass(frozen=True)
class _Found:
    """Something came of what was under way; `tell` passes it on to the session."""

    work: anyio.CancelScope
    tell: Callable[[], None]


_Event: TypeAlias = _Pressed | _Heard | _Looked | _Found


class Watch:
    def __init__(
        self, session: Session, terminal: Terminal, *, seed: Seed | None, poll: bool | None
    ) -> None:
        self._session = session
        self._terminal = terminal
        self._seed = seed
        self._poll = poll
        self._encoding = sys.stdout.encoding or "ascii"
        self._drawn: list[str] | None = None
        """What the terminal shows."""
        self._work: anyio.CancelScope
        self._judges: Judges
        self._group: TaskGroup
        self._tell: MemoryObjectSendStream[_Event]

    async def run(self) -> int:
        """Watch until somebody quits. Returns the number of the signal that ended it, if one did."""
        self._work = anyio.CancelScope()
        self._tell, events = anyio.create_memory_object_stream[_Event](math.inf)
        async with anyio.create_task_group() as signals:
            # Heard before there is anything to tidy up, and until all of it is.
            await signals.start(self._hear_signals)
            async with warm_judges(self._session.course.root) as self._judges:
                with self._terminal.opened():
                    async with anyio.create_task_group() as self._group:
                        self._group.start_soon(self._hear_keys)
                        self._group.start_soon(self._hear_saves)
                        self._grant(self._session.open(self._session.exercise))
                        number = await self._deal(events)
                        self._group.cancel_scope.cancel()
            signals.cancel_scope.cancel()
        return number

    # --- who hears something --------------------------------------------------------------------

    async def _hear_signals(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        with anyio.open_signal_receiver(*SIGNALS) as signals:
            task_status.started()
            async for number in signals:
                self._tell.send_nowait(_Heard(number))

    async def _hear_keys(self) -> None:
        await self._terminal.read_keys(lambda key: self._tell.send_nowait(_Pressed(key)))
        self._tell.send_nowait(_Heard(signal.SIGHUP))  # The terminal has gone.

    async def _hear_saves(self) -> None:
        folder = self._session.course.root / "exercises"
        looked = _Looked()
        await files.watch(folder, lambda: self._tell.send_nowait(looked), poll=self._poll)

    # --- who deals with it ----------------------------------------------------------------------

    async def _deal(self, events: MemoryObjectReceiveStream[_Event]) -> int:
        session = self._session
        self._draw()
        async for event in events:
            wish = None
            try:
                match event:
                    case _Pressed(key):
                        wish = session.press(key)
                    case _Looked():
                        wish = session.look()
                    case _Found(work, tell) if work is self._work:
                        tell()
                    case _Heard(signal.SIGTSTP):
                        self._stop_for_a_while()
                    case _Heard(signal.SIGCONT | signal.SIGWINCH):
                        self._drawn = None  # So it is drawn again, whatever it is.
                    case _Heard(number):
                        return number
            except CourseError as error:
                session.tell(str(error))
            if wish is Wish.QUIT:
                return 0
            if wish is not None:
                self._grant(wish)
            if not events.statistics().current_buffer_used:
                self._draw()
        raise AssertionError("unreachable")

    def _draw(self) -> None:
        size = self._terminal.size
        rows = self._session.frame(size.columns, size.lines, self._encoding)
        if rows != self._drawn:
            self._terminal.draw(rows)
            self._drawn = rows

    def _stop_for_a_while(self) -> None:
        """Be stopped as Ctrl-Z stops any program, with the terminal as it was."""
        self._terminal.close()
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTSTP)
        # Here it goes on again.
        signal.signal(signal.SIGTSTP, handler)
        self._terminal.open()
        self._drawn = None

    # --- what takes time ------------------------------------------------------------------------

    def _grant(self, wish: Wish) -> None:
        """Do what is wished for, instead of what was under way."""
        self._work.cancel()
        self._work = anyio.CancelScope()
        self._session.stopped()
        match wish:
            case Wish.JUDGE:
                self._session.began()
                self._begin(self._judge)
            case Wish.PLAY:
                self._begin(self._play)
            case Wish.CHECK_ALL:
                self._session.began_all()
                self._begin(self._check_all)

    def _begin(self, work: Callable[["_Teller"], Coroutine[Any, Any, None]]) -> None:
        async def run(scope: anyio.CancelScope) -> None:
            with scope:
                await work(lambda tell: self._tell.send_nowait(_Found(scope, tell)))

        self._group.start_soon(run, self._work)

    async def _judge(self, tell: "_Teller") -> None:
        session = self._session
        if session.source.missing or not session.source.content:
            await anyio.sleep(SETTLE_SECONDS)  # If it comes back, that is another save.
        async with anyio.create_task_group() as group:
            group.start_soon(_tick, tell)
            answer = await self._grade(session.exercise, session.source, tuple(session.backends))
            group.cancel_scope.cancel()
        tell(lambda: session.judged(answer))
        if answer.report is not None and answer.report.status == "passed":
            remarks = await lint.remarks(session.exercise.file)
            tell(lambda: session.remarked(remarks))

    async def _check_all(self, tell: "_Teller") -> None:
        session = self._session
        for exercise in session.course:
            source = session.source_of(exercise)
            answer = await self._grade(exercise, source, BACKENDS)
            report = answer.report or _not_graded(exercise)
            tell(partial(session.checked, exercise, source, report))

    async def _play(self, tell: "_Teller") -> None:
        session = self._session
        answer = await self._do(Play(session.exercise.name))
        tell(lambda: session.played(answer))

    async def _grade(self, exercise: Exercise, source: Source, backends: tuple[str, ...]) -> Answer:
        seed = self._seed if self._seed is not None else draw_seed()
        return await self._do(Grade(exercise.name, source, backends, seed))

    async def _do(self, job: Job) -> Answer:
        try:
            return await self._judges.do(job)
        except JudgeLost:
            return Answer(
                trouble=_("The process that judges was ended from outside. Is there enough memory?")
            )


_Teller: TypeAlias = Callable[[Callable[[], None]], None]
"""Has something called by the task that deals with everything, unless the work was given up."""


async def _tick(tell: _Teller) -> None:
    """Once a second, have drawn how long it has taken."""
    while True:
        await anyio.sleep(1)
        tell(lambda: None)


def _not_graded(exercise: Exercise) -> ExerciseReport:
    report = summarize_exercise(exercise.name, exercise.title, (), started=True)
    assert report.status == "not_graded"
    return report
