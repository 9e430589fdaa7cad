"""A game on a terminal, in plain lines: what happened, what is under way, and what can be chosen."""

from collections.abc import Sequence
from typing import Final

from checker.feedback import decided, story
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.recording import Ended, Move, Position
from checker.translation import _, ngettext

MAX_NEWS: Final = 8
"""How many of the last things that happened are shown."""

MAX_UNDER_WAY: Final = 6
MAX_MOVES: Final = 30
"""So many of each are shown; of a crowd, the others are counted."""

_INDENT: Final = "  "


def introduce(
    screen: Screen, name: str, title: str, promise: str, program: str, *, breaks_by_itself: bool
) -> None:
    """Say what is played, and on what."""
    screen.paragraph(screen.style(f"{name} — {title}", "bold"))
    screen.line()
    task = (
        _(
            "You are the network. Left to itself, the program breaks this promise. Keep it, if you can:"
        )
        if breaks_by_itself
        else _("You are the network. Break this promise, if you can:")
    )
    screen.paragraph(task, _INDENT)
    screen.paragraph(promise, _INDENT * 2, "bold")
    screen.paragraph(program, _INDENT)


def aim(screen: Screen, moves: int, *, breaks_by_itself: bool) -> None:
    """Say what the judge needed, and what that leaves to do."""
    screen.paragraph(_judges(moves), _INDENT)
    if breaks_by_itself:
        screen.paragraph(_("Is there an order that it survives? There may be none."), _INDENT)
    screen.paragraph(_keys(), _INDENT, "dim")


def _judges(moves: int) -> str:
    if not moves:
        return _("Here the starter breaks by itself: the judge did not have to make a move.")
    return ngettext(
        "The judge needed {number} move to break the starter here.",
        "The judge needed {number} moves to break the starter here.",
        moves,
    )


def _keys() -> str:
    return _(
        "A number chooses: 1 is what comes by itself, and anything else is a move. u goes back, ? "
        "helps, q quits."
    )


def help_on(screen: Screen) -> None:
    """Say what can be typed."""
    for key, text in (
        ("1, 2, ...", _("let that come next; Enter alone is 1, which is what comes by itself")),
        ("u", _("go back to the choice before, and choose otherwise")),
        ("r", _("start anew")),
        ("e", _("let everything come by itself from here to the end")),
        ("w", _("tell all that happened so far")),
        ("s", _("give up, and see the run of the judge")),
        ("b", _("play on the other backend, from the beginning")),
        ("q", _("quit; so does the end of the input")),
    ):
        screen.paragraph(f"{key:<10}{text}", _INDENT, hanging=" " * 10)
    text = _(
        "A move is what does not come by itself: something that overtakes, a call that fails, a "
        "cancellation. The promise is broken if the check fails; fewer moves are better."
    )
    screen.paragraph(text, _INDENT)


def show_position(screen: Screen, position: Position, told: int) -> None:
    """Write where a run stands; `told` sentences of its story have been told."""
    screen.line()
    at = _("at {time}", time=f"{position.at:g} s")
    screen.line(screen.style(f"{at}, {_moves(position.taken)}", "bold"))
    news = position.story[told:]
    if len(news) > MAX_NEWS:
        left = len(news) - MAX_NEWS
        more = ngettext(
            "({number} step before; w tells all)", "({number} steps before; w tells all)", left
        )
        screen.paragraph(more, _INDENT, "dim")
    story.steps(screen, news[-MAX_NEWS:])
    if position.under_way:
        screen.line(_INDENT + screen.style(_("under way"), "dim"))
        _list(screen, position.under_way)
    screen.line(_INDENT + screen.style(_("what comes next?"), "dim"))
    show_moves(screen, position.moves)


def _list(screen: Screen, sentences: Sequence[str]) -> None:
    for sentence in sentences[:MAX_UNDER_WAY]:
        screen.paragraph(f"· {printable(sentence)}", _INDENT * 2, hanging="  ")
    if len(sentences) > MAX_UNDER_WAY:
        left = len(sentences) - MAX_UNDER_WAY
        screen.line(_INDENT * 2 + ngettext("and {number} more", "and {number} more", left))


def show_moves(screen: Screen, moves: Sequence[Move]) -> None:
    """Write what can be chosen, numbered from 1."""
    for number, move in enumerate(moves[:MAX_MOVES], 1):
        line = f" (L{move.line})" if move.line is not None else ""
        ways = " …" if move.more else ""
        text = f"{number:>2}  {printable(move.what)}{line}{ways}"
        screen.paragraph(text, _INDENT, hanging=" " * 4)
    if len(moves) > MAX_MOVES:
        text = _("any other number up to {most} chooses too", most=len(moves))
        screen.paragraph(text, _INDENT * 3)


def show_end(
    screen: Screen,
    position: Position,
    ended: Ended,
    told: int,
    judged: int,
    *,
    breaks_by_itself: bool,
    had_choice: bool,
) -> None:
    """Write how a run ended, in how many moves, and what decided it; `judged` is how many the judge
    needed to break the starter."""
    taken = position.taken
    screen.line()
    story.steps(screen, position.story[told:][-MAX_NEWS:])
    screen.line()
    if ended.broken:
        text = f"✗ {_broken(taken)} {_judges(judged)}"
        screen.paragraph(text, _INDENT, "red", hanging="  ")
        screen.paragraph(printable(ended.message), _INDENT * 2)
        if ended.recording.decided is not None:
            screen.line()
            decided.show(screen, ended.recording.decided)
    elif breaks_by_itself:
        text = f"✓ {_saved(taken)}"
        screen.paragraph(text, _INDENT, "green", hanging="  ")
    else:
        text = _("It held: the promise is kept, in a run with {moves}.", moves=_moves(taken))
        screen.paragraph(f"✓ {text}", _INDENT, "green", hanging="  ")
        screen.paragraph(_judges(judged), _INDENT * 2)
    if not had_choice:
        text = _(
            "There was nothing to choose: each step had to follow from the one before. `checker play "
            "--large` has more tasks at work."
        )
        screen.paragraph(text, _INDENT * 2)
    screen.line()
    keys = _("u goes back, r starts anew, s shows the judge's run, b changes the backend, q quits.")
    screen.paragraph(keys, _INDENT, "dim")


def _moves(number: int) -> str:
    return ngettext("{number} move", "{number} moves", number) if number else _("no move")


def _broken(taken: int) -> str:
    if not taken:
        return _("Broken, without a move.")
    return ngettext(
        "Broken, with {number} move.",
        "Broken, with {number} moves.",
        taken,
    )


def _saved(taken: int) -> str:
    return ngettext(
        "It survived, with {number} move of yours: left to itself, it breaks.",
        "It survived, with {number} moves of yours: left to itself, it breaks.",
        taken,
    )


def show_judged(screen: Screen, ended: Ended, promise: str) -> None:
    """Write the run of the judge, in the program that is played."""
    screen.line()
    if ended.broken:
        screen.paragraph(_("✗ The judge's run breaks the promise:"), _INDENT, "red", hanging="  ")
        screen.paragraph(printable(ended.message), _INDENT * 2)
    else:
        text = _("✓ The judge's run, which breaks the starter, does not break this program.")
        screen.paragraph(text, _INDENT, "green", hanging="  ")
    story.tell(screen, ended.recording)
    screen.line()
