"""A sweep on more than one machine, with Dask's scheduler: https://distributed.dask.org

The journal stays on the machine that started the sweep. A worker gets the submissions of one student,
judges them in a sandbox of its own, and sends the verdicts back. If a worker is lost, the scheduler
gives its work to another, and each verdict is kept once, under its key. Every worker has the same kit
and the same course: if they differ, it refuses to judge.
"""

import contextlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from checker.course import Course
from checker.judge.jail import Jail
from checker.seeds import Seed
from checker.sweep.batches import (
    Batch,
    BatchError,
    Judged,
    decode_batch,
    digests_of,
    encode_batch,
    judge_batch,
    open_sandbox,
)
from checker.sweep.journal import Verdict

CONNECT_SECONDS = 15
_ADDRESS = re.compile(r"(\w+://)?[^\s/:]+(\.[^\s/:]+)*:\d+|\w+://\S+")
RETRIES = 3
"""How often a batch is given to another worker before the sweep gives up on it."""


class ClusterError(Exception):
    """The cluster cannot do it; the text says why, and what to do."""


def judge_on(address: str) -> Callable[..., None]:
    """What judges in the place of `checker.sweep.jobs.judge_all`, on the cluster whose scheduler is
    at `address`. Raises `ClusterError`."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ClusterError(
            "Dask's distributed is not installed; install the kit with it: pip install -e '.[cluster]'"
        ) from None

    def judge(
        work: Sequence[Batch],
        *,
        course: Path,
        seed: Seed,
        jail: Jail | None,
        jobs: int,
        keep: Callable[[Judged], None],
        lose: Callable[[str], None],
    ) -> None:
        if not _ADDRESS.fullmatch(address):
            raise ClusterError(
                f"{address!r} is no address of a scheduler, such as tcp://127.0.0.1:8786; "
                "`dask scheduler` says what it has"
            )
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(
                f"no scheduler answers at {address} ({error}); start one with `dask scheduler`"
            ) from None
        with client, client.as_current():
            digests, jailed = digests_of(work), jail is not None
            messages = [encode_batch(b, course, digests, seed, jailed=jailed) for b in work]
            futures = client.map(judge_encoded, messages, pure=False, retries=RETRIES)
            for future in as_completed(futures):
                try:
                    found: list[tuple[str, bytes]] = future.result()
                except BatchError as error:
                    raise ClusterError(str(error)) from None
                except Exception as error:
                    raise ClusterError(f"a worker cannot judge: {error}") from None
                for key, verdict in found:
                    keep(Judged(key, msgspec.msgpack.decode(verdict, type=Verdict)))
                with contextlib.suppress(Exception):
                    future.release()

    return judge


def judge_encoded(encoded: bytes) -> list[tuple[str, bytes]]:
    """On a worker: judge what came, and return the verdicts by their keys."""
    message = decode_batch(encoded)
    course = Course.load(Path(message.course))
    batch = message.batch(course)
    jail = Jail.find(hidden=course.places()) if message.jailed else None
    judged = judge_batch(batch, open_sandbox(batch, jail), message.seed)
    return [(one.key, msgspec.msgpack.encode(one.verdict)) for one in judged]
