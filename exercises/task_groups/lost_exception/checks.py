"""Checks for lost_exception: an error that ends in a log."""

from random import Random

from checker import Call, Case, Run, Service, check, takes

FAILS_AT = 340.5
DURATIONS = [85.0, 210.0, FAILS_AT, 520.0, 760.0, 3630.0]
ANNOUNCEMENT = 2.0


class Server(Service):
    """A download server, to which each file takes a time of its own, and which may refuse one."""

    def __init__(
        self,
        durations: dict[str, float],
        refused: str | None = None,
        error: type[Exception] = OSError,
        reason: str = "",
    ) -> None:
        self._durations = durations
        self._refused = refused
        self._error = error
        self._reason = reason

    @takes(lambda self, file: self._durations.get(file, 1.0))
    def upload(self, file: str) -> None:
        if file == self._refused:
            raise self._error(self._reason)

    @takes(ANNOUNCEMENT)
    def announce(self, version: str) -> None:
        pass


def draw_release(random: Random) -> tuple[str, dict[str, float]]:
    """A version, and its files with their durations, in any order."""
    version = f"{random.randint(1, 9)}.{random.randint(0, 30)}.{random.randint(0, 9)}"
    parts = ["source.zip", "linux.tar.gz", "macos.pkg", "windows.exe", "docs.zip", "checksums.txt"]
    durations = DURATIONS.copy()
    random.shuffle(parts)
    random.shuffle(durations)
    return version, {f"app-{version}-{part}": t for part, t in zip(parts, durations, strict=True)}


def publish_and_fail(case: Case, error: type[Exception] = ConnectionError) -> tuple[Run, Call, str]:
    """Run `publish` against a server that refuses a file: the run, the upload that failed, and
    what it failed with, in words."""
    version, durations = draw_release(case.random)
    refused = next(file for file, duration in durations.items() if duration == FAILS_AT)
    reason = f"disk {case.random.randint(100, 999)} takes no more files"
    world = case.world()
    server = world.add(Server(durations, refused, error, reason))
    run = world.attempt("publish", server, version, list(durations))
    uploads = [call for call in run.calls_to("upload") if call.given.get("file") == refused]
    if not any(call.outcome == "failed" for call in uploads):
        _ = run.value  # If it raised, then for a reason of its own, which this explains.
        run.expect(False, f"it ended at {run.elapsed:g} s, and has not uploaded {refused}")
    run.expect(
        len(uploads) == 1, f"the upload of {refused}, which fails, was tried {len(uploads)} times"
    )
    return run, uploads[0], f"{error.__name__}: {reason}"


@check(
    "The error of a failed upload reaches the caller",
    points=3,
    advice="an exception that is caught and not raised again ends there: let it leave the task "
    "that it happened in",
)
def error_reaches_the_caller(case: Case) -> None:
    # Whichever call it is that fails, each in turn.
    version, durations = draw_release(case.random)
    reason = f"disk {case.random.randint(100, 999)} takes no more files"
    for world in case.failures(OSError(reason)):
        run = world.attempt("publish", world.add(Server(durations)), version, list(durations))
        for call in run.calls:
            if call.outcome == "failed":
                run.expect(
                    reason in [error.message for error in run.errors],
                    f"{call.method}({', '.join(map(str, call.given.values()))}) failed at "
                    f"{call.ended:g} s with OSError: {reason}; that very exception should reach "
                    "the caller of publish()",
                    at=call,
                )
    for kind in (ConnectionError, ValueError):
        run, failed, words = publish_and_fail(case, kind)
        seen = f"the upload of {failed.given.get('file')} failed at {failed.ended:g} s with {words}"
        run.expect(
            run.error is not None,
            f"{seen}; publish() returned at {run.elapsed:g} s, and its caller heard of no error",
            at=failed,
        )
        run.expect(
            words in [f"{error.kind}: {error.message}" for error in run.errors],
            f"{seen}; that very exception should reach the caller",
        )


@check(
    "When an upload fails, the others are cancelled at once",
    points=2,
    advice="nothing that comes after the error is worth waiting for: cancel the other tasks, and "
    "let the function end",
)
def others_are_cancelled(case: Case) -> None:
    run, failed, _ = publish_and_fail(case)
    assert failed.ended is not None
    uploads = run.calls_to("upload")
    at_once = [call for call in uploads if call.started == 0]
    run.expect(
        len(at_once) == len(DURATIONS),
        f"{len(at_once)} of {len(DURATIONS)} uploads were started at 0 s; "
        "all are to run at the same time",
    )
    seen = f"the upload of {failed.given.get('file')} failed at {failed.ended:g} s"
    for call in uploads:
        if call.ended is None:
            went_on = "was still going on when publish() ended"
        elif call.ended > failed.ended:
            went_on = f"went on until {call.ended:g} s"
        else:
            continue
        run.expect(
            False, f"{seen}, and that of {call.given.get('file')} {went_on}, uncancelled", at=call
        )
    run.expect(
        run.elapsed == failed.ended,
        f"{seen}, and publish() ended at {run.elapsed:g} s; it should end at that moment",
    )


@check(
    "A release that misses a file is not announced",
    advice="the announcement must come after all uploads, where only a release without an error "
    "gets to",
)
def not_announced(case: Case) -> None:
    run, failed, _ = publish_and_fail(case)
    for call in run.calls_to("announce"):
        run.expect(
            False,
            f"the upload of {failed.given.get('file')} failed at {failed.ended:g} s, "
            f"and yet the release was announced at {call.started:g} s",
            at=call,
        )


@check(
    "A release without an error is uploaded at once, and then announced",
    advice="a release in which nothing fails is still to be uploaded, all files at the same time, "
    "and announced when they are there",
)
def good_release(case: Case) -> None:
    version, durations = draw_release(case.random)
    world = case.world()
    run = world.run("publish", world.add(Server(durations)), version, list(durations))
    uploads = [call for call in run.calls_to("upload") if call.done]
    run.expect(
        sorted(str(call.given.get("file")) for call in uploads) == sorted(durations),
        f"{len(uploads)} uploads were made of {len(durations)} files; each is due once",
    )
    announced = run.calls_to("announce")
    run.expect(
        [call.given.get("version") for call in announced if call.done] == [version],
        f"version {version} is to be announced once; announced were: "
        + (", ".join(str(call.given.get("version")) for call in announced) or "none"),
    )
    for call in uploads:
        assert call.ended is not None
        run.expect(
            announced[0].started >= call.ended,
            f"the version was announced at {announced[0].started:g} s, "
            f"when {call.given.get('file')} was still on its way, until {call.ended:g} s",
            at=announced[0],
        )
    run.expect_elapsed(
        max(DURATIONS) + ANNOUNCEMENT,
        f"{len(durations)} uploads at the same time, of which the longest takes "
        f"{max(DURATIONS):g} s, and {ANNOUNCEMENT:g} s for the announcement",
    )
