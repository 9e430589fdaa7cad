"""What a run may use, and how long it may take. The sandbox keeps some of these limits and the judge the
others; messages to learners take their numbers from here."""

from typing import Final

CPU_SECONDS: Final = 3
"""Processor seconds after which a run is ended that has not spoken with the judge meanwhile. Most runs
take a hundredth of one."""

TOTAL_SECONDS: Final = 60
"""Processor seconds after which a process is ended, whatever it does."""

SILENT_SECONDS: Final = 20
"""Real seconds without a sign of life after which a run is ended."""

RUN_SECONDS: Final = 300
"""Real seconds after which a run is ended, whatever it does: far beyond what any limit that is
counted takes on a busy machine."""

MAX_STEPS: Final = 4_000
"""How often the clock may move in one run."""

MAX_PENDING: Final = 5_000
"""Calls that may be under way at a time."""

MAX_EVENTS: Final = 100_000
"""How much a run may do that is recorded."""

MAX_PRINTED: Final = 1 << 18
"""Characters that a run may print."""

MAX_TOLD: Final = 64 << 20
"""Bytes of memory that what a run tells the judge may take there: see `link.weight`. Most runs take less than
one million, and one that looks again every millisecond takes eight."""

MAX_TOLD_IN_ALL: Final = 256 << 20
"""Bytes of memory that what all runs of an exercise together tell the judge may take there. Most tell it thirty
million, and those of a program that looks again and again a hundred."""

MEMORY: Final = 1 << 30
"""Bytes that a run may ask for beyond what the warmed process has."""

FILE_SIZE: Final = 1 << 20
"""Bytes of the largest file that a run may write."""

OPEN_FILES: Final = 64
"""How many files and sockets a run may have open. What waits in a socket is in the host's memory, megabytes
of it, and counts as nobody's."""

PROCESSES: Final = 300
"""How many processes and threads the user of a jail may have."""

COMPILE_SECONDS: Final = 2
"""Processor seconds in which a submission must be compiled. It takes a hundredth of one."""

COMPILE_MEMORY: Final = 256 << 20
"""Bytes that this may take beyond what the warmed process has."""

MAX_FRAME: Final = 1 << 20
"""Bytes of the largest message that either side accepts."""

SMALL_MESSAGE: Final = 1 << 10
"""Bytes up to which a message is decoded without a look at the keys of its maps."""

MAX_ROUNDS: Final = 20_000
"""Rounds of the event loop without time passing, after which a run counts as spinning."""

MAX_NAME: Final = 100
"""Characters of what the submission calls something, such as a task; the rest is cut off."""

MAX_SHOWN: Final = 60
"""Characters of a value that is shown beside its name; the rest is cut off."""

MAX_NAMES: Final = 16
"""How many names of a frame are shown with their values, and how many attributes of a service."""

MAX_PRIMITIVES: Final = 60
"""How many locks, limiters, streams, ... are shown at a time."""

MAX_WORDS: Final = 500
"""Characters of anything else that is reported about a run; the rest is cut off."""
