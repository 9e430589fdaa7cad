"""`checker play`: be the network, and choose what comes next, step by step."""

import argparse
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from checker import cli
from checker.arguments import seed
from checker.feedback import game as board
from checker.feedback import story
from checker.feedback.terminal import Screen
from checker.judge.launch import warm_sandboxes
from checker.recording import Position
from checker.report import BACKENDS
from checker.seeds import draw_seed
from checker.submission import Source
from checker.translation import _

if TYPE_CHECKING:
    from checker.judge.game import Game

_DESCRIPTION = _(
    """\
Be the network: at each step, choose which reply or time limit comes next, which call fails and who
is cancelled; see what the program does, go back, and choose otherwise.

The world is one in which the judge breaks the starter. Break it too, in as few moves as the judge;
then fix it, and fail to break your own.
"""
)
_EPILOG = _(
    """\
examples:
  checker play lost_update                 your exercise.py
  checker play lost_update --starter       the program as it was shipped
  checker play lost_update --backend trio --seed 7

Type ? in the game to see what can be typed.

exit code: 0 played, 2 wrong usage, or nothing to play
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    cli.add_name(parser)
    parser.add_argument(
        "--check",
        metavar="CHECK",
        help=_("the promise to break (default: the first that the judge can break in the starter)"),
    )
    parser.add_argument(
        "--backend", choices=BACKENDS, default=BACKENDS[0], help=_("default: %(default)s")
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=seed,
        help=_("draw the world from N, for a game that repeats (default: a new seed each time)"),
    )
    parser.add_argument(
        "--large",
        action="store_true",
        help=_(
            "play in the world in which the judge broke the starter first, not in a smaller one"
        ),
    )
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument(
        "--starter", action="store_true", help=_("play against the program as it was shipped")
    )
    whose.add_argument(
        "--submission",
        metavar="PATH",
        type=Path,
        help=_("as for `checker grade` (default: the course that you are in)"),
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "play")
    if given.starter:
        source = Source("starter.py", exercise.starter)
    else:
        source = cli.select_source(course, exercise, given.submission)
    check = cli.select_check(exercise, given.check)
    drawn = given.seed if given.seed is not None else draw_seed()
    screen = Screen(sys.stdout)
    with warm_sandboxes(1) as (sandbox,):
        # Imported while it warms up.
        from checker.judge.game import Game, NoGame, find_goal

        sandbox.move_beside()

        def begin(backend: str) -> Game:
            screen.progress(_("The judge looks for a way to break the starter ..."))
            try:
                goal = find_goal(exercise, sandbox, backend, drawn, check, small=not given.large)
            finally:
                screen.clear_progress()
            return Game(exercise, source, sandbox, backend, goal)

        try:
            _Table(screen, begin, is_starter=exercise.is_untouched(source.content)).play(
                given.backend
            )
        except NoGame as reason:
            raise cli.UsageError(str(reason)) from None
    return cli.PASSED


class _Quit(Exception):
    """Whoever plays has had enough."""


class _Table:
    """Where a game is played: it reads what is typed, and shows what comes of it."""

    def __init__(self, screen: Screen, begin: "Callable[[str], Game]", *, is_starter: bool) -> None:
        self._screen = screen
        self._begin = begin
        self._is_starter = is_starter

    def play(self, backend: str) -> None:
        """Play until whoever plays quits. Raises `NoGame`."""
        try:
            while True:
                self._game = self._begin(backend)
                self._introduce()
                self._play()
                backend = next(other for other in BACKENDS if other != backend)
        except (_Quit, KeyboardInterrupt):
            self._screen.line()

    def _introduce(self) -> None:
        game = self._game
        facts = {"file": game.source.file, "backend": game.backend}
        if self._is_starter:
            program = _("The program is the starter, on {backend}.", **facts)
        else:
            program = _("The program is {file}, on {backend}.", **facts)
        board.introduce(
            self._screen,
            game.exercise.name,
            game.exercise.title,
            game.goal.check.title,
            program,
            breaks_by_itself=game.breaks_by_itself,
        )
        board.aim(
            self._screen,
            game.goal.moves,
            breaks_by_itself=game.breaks_by_itself,
        )

    def _play(self) -> None:
        """Play one game, until another backend is asked for."""
        path: tuple[tuple[int, ...], ...] = ()
        told = 0
        while True:
            position = self._game.position(path)
            self._show(position, told)
            told = len(position.story)
            while True:
                typed = self._read()
                if typed == "b":
                    return
                if typed in ("u", "r"):
                    path = path[:-1] if typed == "u" else ()
                    told = len(self._game.position(path[:-1]).story) if path else 0
                    break
                if typed == "e" and position.moves:
                    while position.moves:
                        path = (*path, (0,))
                        position = self._game.position(path)
                    break
                if typed in ("?", "s", "w"):
                    self._answer(typed, position)
                    continue
                chosen = self._choose(typed, position)
                if chosen is not None:
                    path = (*path, chosen)
                    break

    def _show(self, position: Position, told: int) -> None:
        if position.ended is None:
            board.show_position(self._screen, position, told)
            return
        board.show_end(
            self._screen,
            position,
            position.ended,
            told,
            self._game.goal.moves,
            breaks_by_itself=self._game.breaks_by_itself,
            had_choice=bool(self._game.position(()).moves),
        )

    def _answer(self, typed: str, position: Position) -> None:
        if typed == "?":
            board.help_on(self._screen)
        elif typed == "w":
            story.steps(self._screen, position.story)
        else:
            board.show_judged(self._screen, self._game.judged, self._game.goal.check.title)

    def _choose(self, typed: str, position: Position) -> tuple[int, ...] | None:
        """The move that was typed, if there is one."""
        moves = position.moves
        number = self._number(typed or "1", len(moves))
        if number is None:
            return None
        more = moves[number].more
        if not more:
            return (number,)
        board.show_moves(self._screen, more)
        way = self._number(self._read(), len(more))
        if way is None:
            board.show_moves(self._screen, moves)
            return None
        return (number, way)

    def _number(self, typed: str, most: int) -> int | None:
        if typed.isdecimal() and 1 <= int(typed) <= most:
            return int(typed) - 1
        if most:
            text = _("type a number from 1 to {most}, or ? for help", most=most)
        else:
            text = _("this run is over: type u to go back, r to start anew, or q to quit")
        self._screen.paragraph(text, "  ")
        return None

    def _read(self) -> str:
        """What is typed next, in lower case."""
        if sys.stdin.isatty():
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401  # With it, arrow keys move in what `input` reads.
        try:
            typed = input("> ").strip().lower()
        except EOFError:
            raise _Quit from None
        if not sys.stdin.isatty():
            self._screen.line(typed)  # Nobody else has shown it.
        if typed == "q":
            raise _Quit
        return typed
