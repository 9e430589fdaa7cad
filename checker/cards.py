"""The author's proof that the question of an exercise is right.

There are three or four answers, the question in `checks.py` can return each of them, and none names what
only the solution has. The starter is
played on both backends and with several seeds: one and the same answer must come true every time. If
the card is about one backend, another one must come true on the other, or none. And the solution must give
another answer than the starter, or the question would not be about what is to be fixed.
"""

import re
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Final

from checker.course import Card, CourseError, Exercise, Question
from checker.judge.launch import Sandbox
from checker.judge.question import Unanswered, play_question
from checker.report import BACKENDS

FEWEST: Final = 3
MOST: Final = 4
"""How many answers a card has."""

_CODE: Final = re.compile(r"`([^`]+)`")
_NAME: Final = re.compile(r"[A-Za-z_]\w+")


def look_at(exercise: Exercise) -> list[str]:
    """What is wrong with the card of an exercise, as far as that can be seen without playing it."""
    try:
        question = exercise.question
    except CourseError as error:
        return [str(error)] if exercise.card is not None else []
    if exercise.card is None:
        return [f"has no [question], and checks.py has {question.name} for it"]
    return [*_faults(exercise.card, question), *_given_away(exercise, exercise.card)]


def prove(exercise: Exercise, seeds: Sequence[int], sandbox: Sandbox) -> list[str]:
    """What is wrong with the card of an exercise when it is played."""
    card = exercise.card
    if card is None:
        return []
    own = [card.backend] if card.backend else list(BACKENDS)
    try:
        # In the order in which they came true, each once.
        true = {
            play_question(exercise, exercise.starter, b, sandbox=sandbox, seed=seed).answer: b
            for seed in seeds
            for b in own
        }
    except Unanswered as error:
        return [f"the question is not answered by the starter: {error}"]
    if len(true) > 1:
        told = ", ".join(f"{key!r} (on {backend})" for key, backend in true.items())
        return [f"more than one answer comes true of the starter: {told}"]
    (key,) = true
    faults = []
    for backend in BACKENDS:
        if backend not in own and _answer(exercise, exercise.starter, backend, sandbox) == key:
            faults.append(
                f"{key!r} comes true on {backend}, too; take `backend` and `elsewhere` out"
            )
    solution = exercise.solutions / "solution.py"
    if (
        solution.is_file()  # If it is not, that is told elsewhere.
        and _answer(exercise, solution.read_bytes(), own[0], sandbox) == key
    ):
        faults.append(
            f"{key!r} is true of the solution, too; ask about something that is to be fixed"
        )
    return faults


def _answer(exercise: Exercise, source: bytes, backend: str, sandbox: Sandbox) -> str | None:
    """The key of the answer that comes true, if any does."""
    try:
        return play_question(exercise, source, backend, sandbox=sandbox).answer
    except Unanswered:
        return None


def _faults(card: Card, question: Question) -> Iterator[str]:
    keys = [answer.key for answer in card.answers]
    texts = [answer.text for answer in card.answers]
    if not FEWEST <= len(keys) <= MOST:
        yield f"the question has {len(keys)} answers; give it {FEWEST} or {MOST}"
    if len(set(keys)) < len(keys) or len(set(texts)) < len(texts):
        yield "two answers of the question are the same; give each a key and a text of its own"
    for answer in card.answers:
        if not answer.key.isidentifier():
            yield f"the key {answer.key!r} of an answer must be a name, such as `in_turn`"
        if not answer.because.strip():
            yield f"the answer {answer.key!r} does not say why it is so, or why not"
    known = set(_constants(question.function.__code__))
    for key in keys:
        if key not in known:
            yield (
                f"the answer {key!r} can never come true: {question.name} in checks.py does not "
                "return it"
            )
    if card.backend not in ("", *BACKENDS):
        yield f"the question is about {card.backend!r}, which is no backend"
    if bool(card.backend) != bool(card.elsewhere):
        yield "`backend` and `elsewhere` of the question belong together: give both, or neither"


def _given_away(exercise: Exercise, card: Card) -> Iterator[str]:
    """What the card names that the starter does not have and the solution has."""
    try:
        solution = (exercise.solutions / "solution.py").read_text(encoding="utf-8")
    except OSError:
        return  # Which is told elsewhere.
    starter = exercise.starter.decode("utf-8", "replace")
    told = [card.text, card.elsewhere]
    told += [part for answer in card.answers for part in (answer.text, answer.because)]
    code = " ".join(piece for text in told for piece in _CODE.findall(text))
    names = set(_NAME.findall(solution)) - set(_NAME.findall(starter))
    for name in sorted(names & set(_NAME.findall(code))):
        yield f"the question names {name}, which is in the solution and not in the starter: it gives the fix away"


def _constants(code: CodeType) -> Iterator[str]:
    """The strings that stand in a function."""
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _constants(constant)
        elif isinstance(constant, tuple):
            yield from (one for one in constant if isinstance(one, str))
