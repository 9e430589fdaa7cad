"""Which line of the learner's own file something happened on."""

import sys
from types import FrameType, TracebackType

EXERCISE = "exercise.py"
"""The name that the submission is compiled under, and that its frames therefore carry."""

DRIVER = "driver.py"


def calling_line(frame: FrameType | None = None) -> int | None:
    """The line of the learner's innermost frame at or below `frame` (or the caller's)."""
    frame = frame or sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == EXERCISE:
            return frame.f_lineno
        frame = frame.f_back
    return None


def raising_line(traceback: TracebackType | None) -> int | None:
    """The line of the learner's innermost frame in a traceback."""
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == EXERCISE:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
