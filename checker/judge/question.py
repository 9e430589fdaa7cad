"""The question of a card: the starter is played, and what it does says which answer is true."""

from checker.course import Exercise
from checker.judge.case import Case
from checker.judge.explain import CheckFailed
from checker.judge.launch import Program, Sandbox, SandboxError
from checker.judge.record import record
from checker.judge.search.explore import FIRST
from checker.judge.setting import Setting
from checker.recording import Played
from checker.report import BACKENDS
from checker.seeds import Seed


class Unanswered(Exception):
    """No answer of the card came true; the text says what happened instead."""


def play_starter(exercise: Exercise, *, sandbox: Sandbox, seed: Seed = 0) -> Played:
    """What the starter does, on the backend that the card is about. It takes some milliseconds.

    Raises `Unanswered`, and `CourseError` if the exercise has no question.
    """
    assert exercise.card is not None
    backend = exercise.card.backend or BACKENDS[0]
    return play_question(exercise, exercise.starter, backend, sandbox=sandbox, seed=seed)


def play_question(
    exercise: Exercise, source: bytes, backend: str, *, sandbox: Sandbox, seed: Seed = 0
) -> Played:
    """Which answer of the card is true of `source` on `backend`. Raises `Unanswered`, and `CourseError`
    if the exercise has no question."""
    card, question = exercise.card, exercise.question
    assert card is not None
    program = Program(source, exercise.driver or b"")
    setting = Setting(sandbox, program, backend, FIRST, fresh=True, watched=True)
    case = Case(setting, f"{seed}/{exercise.name}/{question.name}")
    try:
        answer = question.function(case)
    except CheckFailed as failure:
        raise Unanswered(f"{question.name} on {backend}: {failure.message}") from None
    except SandboxError as error:
        raise Unanswered(str(error)) from None
    except Exception as error:
        # A mistake in the question or in a service of it.
        text = f"{question.name} on {backend} raised {type(error).__name__}: {error}"
        raise Unanswered(text) from error
    known = [one.key for one in card.answers]
    if answer not in known or case.last_trace is None:
        text = f"{question.name} on {backend} returned {answer!r}, which is none of {known}"
        raise Unanswered(text)
    recording = record(
        case.last_trace,
        exercise=exercise.name,
        title=exercise.title,
        check=card.text,
        token="",
        passed=True,  # It is no check, so nothing failed.
        message="",
        file=exercise.file.name,
        source=source,
    )
    return Played(backend, answer, recording)
