"""A process that judges what it is asked to, warm from the start: `python -m checker.watch.judging ROOT`.

Questions come through stdin, and their answers go to stdout: see `messages`. The process holds nothing that
anybody would miss, so whoever has no more use for an answer ends it. It also ends when stdin does.
"""

import contextlib
import os
import signal
import sys
import traceback
from pathlib import Path

import msgspec

from checker.course import Course, CourseError
from checker.judge.launch import Sandbox, SandboxError, warm_sandboxes
from checker.report import BACKENDS
from checker.watch.messages import LENGTH, READY, Answer, Question


def main() -> None:
    # Whoever started this hears Ctrl-C, and ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)  # What checks print is not for those who wait for an answer.
    with (
        open(questions, "rb") as reader,
        open(answers, "wb", buffering=0) as writer,
        contextlib.suppress(BrokenPipeError),
        warm_sandboxes(1) as (sandbox,),
    ):
        # From here on an end has something to tidy up.
        signal.signal(signal.SIGTERM, lambda *__: sys.exit())
        # Imported while the sandbox warms up.
        from checker.judge.canary import expect_a_search

        with contextlib.suppress(SandboxError):  # The first report says so.
            for backend in BACKENDS:
                expect_a_search(sandbox, backend)
        sandbox.move_beside()
        writer.write(READY)
        course: Course | None = None
        while length := reader.read(LENGTH.size):
            question = msgspec.msgpack.decode(reader.read(*LENGTH.unpack(length)), type=Question)
            try:
                course = course or Course.load(Path(sys.argv[1]))
                answer = _answer(course, question, sandbox)
            except CourseError as error:
                course, answer = None, Answer(trouble=str(error))
            except Exception:
                answer = Answer(trouble=traceback.format_exc())
            data = msgspec.msgpack.encode(answer)
            writer.write(LENGTH.pack(len(data)))
            writer.write(data)


def _answer(course: Course, question: Question, sandbox: Sandbox) -> Answer:
    from checker.judge.grade import grade_and_record

    (exercise,) = course.select([question.exercise])
    report, recordings = grade_and_record(
        exercise,
        question.source,
        sandbox=sandbox,
        seed=question.seed,
        backends=question.backends,
    )
    return Answer(report, recordings)


if __name__ == "__main__":
    main()
