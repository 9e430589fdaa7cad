"""A process that judges what it is asked to, warm from the start: `python -m checker.watch.judging ROOT`.

Jobs come through stdin, and their answers go to stdout: see `messages`. The process holds nothing that
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
from checker.watch.messages import LENGTH, READY, Answer, Grade, Job


def main() -> None:
    # Whoever started this hears Ctrl-C, and ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)  # What checks print is not for those who wait for an answer.
    with (
        open(jobs, "rb") as reader,
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
        decoder: msgspec.msgpack.Decoder[Job] = msgspec.msgpack.Decoder(Job)
        course: Course | None = None
        while length := reader.read(LENGTH.size):
            job = decoder.decode(reader.read(*LENGTH.unpack(length)))
            try:
                course = course or Course.load(Path(sys.argv[1]))
                answer = _answer(course, job, sandbox)
            except CourseError as error:
                course, answer = None, Answer(trouble=str(error))
            except Exception:
                answer = Answer(trouble=traceback.format_exc())
            data = msgspec.msgpack.encode(answer)
            writer.write(LENGTH.pack(len(data)))
            writer.write(data)


def _answer(course: Course, job: Job, sandbox: Sandbox) -> Answer:
    (exercise,) = course.select([job.exercise])
    if isinstance(job, Grade):
        from checker.judge.grade import grade_and_record

        report, recordings = grade_and_record(
            exercise, job.source, sandbox=sandbox, seed=job.seed, backends=job.backends
        )
        return Answer(report, recordings)
    from checker.judge.question import Unanswered, play_starter

    try:
        return Answer(played=play_starter(exercise, sandbox=sandbox))
    except Unanswered as error:
        return Answer(trouble=str(error))


if __name__ == "__main__":
    main()
