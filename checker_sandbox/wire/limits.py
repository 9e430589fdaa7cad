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

MEMORY: Final = 1 << 30
"""Bytes that a run may ask for beyond what the warmed process has."""

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
