"""Checks for lost_exception: an error that ends in a log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeAlias

from checker import (
    Act,
    Call,
    Case,
    CheckFailed,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    question,
    same_time,
    scene,
    takes,
)

ERRORS = [
    ConnectionError,
    EndOfStream,
    TimeoutError,
    ValueError,
    PermissionError,
    KeyError,
    RuntimeError,
]

LET_IT_OUT = "a cancellation must reach the caller, too: do not catch it, or raise it again"
ALL_AT_ONCE = "start the uploads of all files, however many, before you wait for any of them"
NOTHING_BEFORE = "begin the uploads as soon as publish() is called: wait for nothing before them"
WAIT_FOR_ALL = "wait for every upload, as long as it takes, before you go on"
NOBODY_LEFT = (
    "no task of publish() may outlive it: start them in a block that cannot be left before they have "
    "ended"
)
CANCEL_THE_OTHERS = (
    "when an upload fails, cancel the others at that moment, and leave none of them running"
)


class Server(Service):
    """A download server, to which each file takes a time of its own. It may refuse some of them, and
    the announcement."""

    latency = 1.0

    def __init__(
        self,
        durations: dict[str, float],
        refused: dict[str, Exception],
        announcing: float,
        unheard: Exception | None,
    ) -> None:
        self.durations = durations
        self.refused = refused
        self.announcing = announcing
        self.unheard = unheard

    @takes("durations")
    def upload(self, file: str) -> None:
        if file in self.refused:
            raise self.refused[file]

    @takes("announcing")
    def announce(self, version: str) -> None:
        if self.unheard is not None:
            raise self.unheard


@dataclass(frozen=True)
class Release:
    """One call of publish, with a server of its own."""

    server: Server
    version: str
    act: Act
    run: Run

    @property
    def files(self) -> list[str]:
        return list(self.server.durations)

    @property
    def uploads(self) -> list[Call]:
        return self.run.calls_to("upload").to(self.server)

    @property
    def announcements(self) -> list[Call]:
        return self.run.calls_to("announce").to(self.server)

    @property
    def was_cut_short(self) -> bool:
        return self.act.record.cancelled_at is not None

    def first_failed(self) -> list[Call]:
        """The uploads that failed, at the first moment at which one did. Whatever else there is to be
        asked, each file that is refused must have been tried, and once; unless it was cancelled."""
        failed = [call for call in self.uploads if call.outcome == "failed"]
        tried = [call.given["file"] for call in self.uploads]
        for number, call in enumerate(self.uploads):
            file = call.given["file"]
            self.run.expect(
                file not in tried[:number],
                f"upload() was called {tried.count(file)} times for {file}",
                at=call,
                advice="try each file once; whether to try again is for the caller to decide",
            )
        if not failed and self.server.refused and not self.was_cut_short:
            self.expect_no_error()
            raise self.missing(min(self.server.refused, key=self.server.durations.__getitem__))
        return [call for call in failed if call.ended == min(c.ended or 0 for c in failed)]

    def begun(self) -> str:
        """How many uploads began when it was called, and when the next one did, for a sentence about it."""
        files, started = len(self.files), self.act.started
        at_once = sum(call.started == started for call in self.uploads)
        if at_once == files:
            return f"began {'its only upload' if files == 1 else f'all {files} uploads'} then"
        told = (
            f"began {f'only {at_once}' if at_once else 'none'} of {counted(files, 'upload')} then"
            if files > 1
            else "did not begin its only upload then"
        )
        late = [call for call in self.uploads if call.started > started]
        if late and files == 1:
            return f"did not begin its only upload until {late[0].started:g} s"
        if not late:
            rest = "the others" if files - at_once > 1 else "the other" if at_once else "it"
            return f"{told}; {rest} never began before publish() ended at {self.act.ended:g} s"
        after = min(late, key=lambda call: call.started)
        told += f"; that of {after.given['file']} did not begin until {after.started:g} s"
        before = next((c for c in self.uploads if same_time(c.ended or 0.0, after.started)), None)
        return told + (f", when that of {before.given['file']} had ended" if before else "")

    def expect_uploaded(self) -> None:
        """Every file was uploaded, once, where nothing kept it from that."""
        if self.announcement_failed:
            return
        self.expect_no_error()
        uploaded = [call.given["file"] for call in self.uploads if call.done]
        if sorted(uploaded) != sorted(self.files):
            lacking = [file for file in self.files if file not in uploaded]
            raise self.missing(next(iter(lacking or uploaded)))

    def missing(self, file: str) -> CheckFailed:
        """What became of a file, for which publish() did not wait."""
        call = next((call for call in self.uploads if call.given["file"] == file), None)
        returned = f"publish() returned at {self.act.ended:g} s"
        if call is None:
            return CheckFailed(f"{returned}, and never uploaded {file}", None, "upload every file")
        ended = (
            "was still under way"
            if call.ended is None or call.ended > self.act.ended
            else (f"was {call.outcome} at {call.ended:g} s")
        )
        seen = f"{returned}; the upload of {file}, begun at {call.started:g} s, {ended}"
        return CheckFailed(seen, call.line, WAIT_FOR_ALL, place="upload() was called here")

    def expect_no_error(self) -> None:
        """It had no reason to raise, and did not."""
        act = self.act
        if act.error is None or advise(act.error, self.run.trace.backend):
            _ = act.value
            return
        raised = act.explained()
        other = next((call for call in self.run.calls if act.heard(call)), None)
        cut = next((call for call in self.uploads if call.outcome == "cancelled"), None)
        if other is not None:
            raise CheckFailed(
                f"publish(), called at {act.started:g} s, raised an error of another release: {_seen(other)}",
                raised.line,
                "keep nothing of one release where another one finds it",
            )
        if cut is not None:
            raise CheckFailed(
                f"{raised.message} at {act.ended:g} s; no upload had failed, and that of "
                f"{cut.given['file']} was given up at {cut.ended:g} s",
                raised.line,
                "an upload may take days: wait for it as long as it takes",
            )
        why = "no upload of this release had failed" if self.files else "this release has no files"
        raise CheckFailed(
            f"{raised.message}; {why}",
            raised.line,
            raised.advice,
            topic=raised.topic,
            hopeless=raised.hopeless,
            costly=raised.costly,
            tried=raised.tried,
            place=raised.place,
        )

    @property
    def announcement_failed(self) -> bool:
        return any(call.outcome == "failed" for call in self.announcements)


Plan: TypeAlias = tuple[Server, str, Act]


def _seen(failed: Call) -> str:
    which = "announcement" if failed.method == "announce" else f"upload of {failed.given['file']}"
    return f"the {which} failed at {failed.ended:g} s ({failed.failure})"


def _plan(
    case: Case,
    world: World,
    most: int,
    kinds: Sequence[type[Exception]],
    *,
    unheard: type[Exception] | None = None,
) -> Plan:
    """A release of up to `most` files, of which one is refused for each of these kinds of errors. It
    may have the version and the files of another one, on another server."""
    version = f"2.{case.integer(0, 30)}"
    files = [f"app-{version}-part{number}.zip" for number in range(case.size(0, most))]
    longest = case.pick([40.0, 900.0, 4_000.0, 200_000.0])
    durations = {file: case.duration(0.2, longest) for file in files}
    refused = case.distinct(files, min(len(kinds), len(files)))
    if len(refused) > 1 and case.pick([True, False]):  # At the same moment.
        durations |= dict.fromkeys(refused[1:], durations[refused[0]])
    disk = case.random.randint(100, 999)
    errors = {
        file: kind(f"disk {disk} takes no more of {file}")
        for file, kind in zip(refused, kinds, strict=False)
    }
    announcing = case.duration(0.1, longest)
    silence = unheard(f"nobody listens to {version}") if unheard else None
    server = world.add(Server(durations, errors, announcing, silence))
    return server, version, world.call("publish", server, version, files)


@scene
def releases(case: Case) -> Iterator[list[Release]]:
    for world in case.explore(cancel=True):
        first = case.integer(0, len(ERRORS) - 1)
        kinds = [*ERRORS[first:], *ERRORS[:first]]
        planned = [
            _plan(case, world, 101, kinds[:1]),
            _plan(case, world, 20, []),
            _plan(case, world, 5, kinds[2:4]),
            _plan(case, world, 5, [], unheard=kinds[4]),
            _plan(case, world, 4, kinds[1:2]),
            *[_plan(case, world, 1, []) for _ in range(6)],
        ]
        acts = [act for *_, act in planned]
        for before, act in pairwise(acts):
            if case.pick([True, False]):
                act.after(before)
        run = world.attempt_all(*acts)
        yield [Release(*plan, run) for plan in planned]


@check("The error of a failed upload reaches the caller, and so does a cancellation", points=3)
def error_reaches_the_caller(case: Case) -> None:
    for release in chain.from_iterable(releases(case)):
        act, run = release.act, release.run
        failed = release.first_failed()
        if release.was_cut_short:
            there = sum(call.done for call in release.uploads)
            seen = f"publish() was cancelled at {act.record.cancelled_at:g} s, "
            if act.error is None and not act.gave_way(release.announcements):
                announced = any(call.done for call in release.announcements)
                if there == len(release.files) and not announced:
                    seen += "before it had announced the version, and returned as if all was well"
                    raise CheckFailed(seen, None, LET_IT_OUT)
            if act.error is None and not act.was_cancelled and there < len(release.files):
                seen += (
                    f"when {there} of {counted(len(release.files), 'file')} had been uploaded, and "
                )
                raise CheckFailed(f"{seen}returned as if all was well", None, LET_IT_OUT)
            continue
        if not failed:
            release.expect_uploaded()
            failed = [call for call in release.announcements if call.outcome == "failed"]
        if failed:
            raised = ", ".join(f"{error.kind}: {error.message}" for error in act.errors)
            later = any(map(act.heard, release.uploads))
            run.expect(
                any(map(act.heard, failed)),
                f"{_seen(failed[0])}; publish() "
                + (
                    f"raised {'only ' if later else 'another exception, '}{raised}"
                    if raised
                    else "returned, and its caller heard of no error"
                ),
                at=failed[0],
                advice="let the very exception go on to the caller: put no other in its place, not even "
                "one that says the same"
                if raised and not later
                else "find the place where this error ends, an `except` perhaps: do not catch it there, or raise "
                "it again",
            )


@check("When an upload fails or publish() is cancelled, everything ends at once", points=2)
def others_are_cancelled(case: Case) -> None:
    for release in chain.from_iterable(releases(case)):
        act, run = release.act, release.run
        failed = release.first_failed()
        left = [*run.tasks_left, *run.threads_left]
        run.expect(
            not left,
            f"{counted(len(left), 'task')} still ran when the last release had ended",
            at=next(iter(left), None),
            advice=NOBODY_LEFT,
        )
        if release.was_cut_short:
            cancelled_at = act.record.cancelled_at
            run.expect(
                act.ended == cancelled_at,
                f"publish() was cancelled at {cancelled_at:g} s, and ended at {act.ended:g} s; it must end "
                "at once",
                advice="shield nothing here from a cancellation, and wait for nothing after it",
            )
            continue
        if not failed:
            release.expect_uploaded()
            continue
        moment = failed[0].ended
        assert moment is not None
        at_once = [call for call in release.uploads if call.started == act.started]
        run.expect(
            len(at_once) == len(release.files),
            f"publish() was called at {act.started:g} s, and {release.begun()}",
            advice=ALL_AT_ONCE if at_once else NOTHING_BEFORE,
        )
        for call in release.uploads:
            is_left = call.ended is None or call.ended > act.ended
            still = (
                "still under way when publish() ended"
                if is_left
                else f"not cancelled, and ended at {call.ended:g} s"
            )
            run.expect(
                call.ended is not None and call.ended <= moment,
                f"{_seen(failed[0])}; the upload of {call.given['file']} was {still}",
                at=call,
                advice=CANCEL_THE_OTHERS
                if is_left
                else "do not hold the error back: let it leave its task at once, and have the other "
                "uploads cancelled then",
            )
        run.expect(
            act.ended == moment,
            f"{_seen(failed[0])}, and publish() did not end until {act.ended:g} s",
            advice="let publish() end when an upload has failed: wait for nothing, and announce nothing",
        )


@check("A release without all its files is not announced")
def not_announced(case: Case) -> None:
    for release in chain.from_iterable(releases(case)):
        failed = release.first_failed()
        if not failed and not release.was_cut_short:
            release.expect_uploaded()
        for call in release.announcements:
            ended = [c for c in release.uploads if c.ended is not None and c.ended <= call.started]
            missing = len(release.files) - sum(c.done for c in ended)
            lacks = f"with {missing} of {len(release.files)} files missing"
            release.run.expect(
                not missing,
                f"version {release.version} was announced at {call.started:g} s, "
                f"{'without its only file' if len(release.files) == 1 else lacks}"
                + (f"; {_seen(failed[0])}" if failed else ""),
                at=call,
                advice="let no failed upload get as far as the announcement: what follows an `except` that "
                "does not raise runs after an error, too, and so does a `finally`"
                if len(ended) == len(release.files)
                else WAIT_FOR_ALL,
            )


@check("A release without an error is uploaded at once, and then announced")
def good_release(case: Case) -> None:
    for release in chain.from_iterable(releases(case)):
        act, run = release.act, release.run
        if release.first_failed() or release.was_cut_short:
            continue
        release.expect_uploaded()
        files, version = len(release.files), release.version
        announced = [call.given["version"] for call in release.announcements]
        told = " and ".join(map(str, announced)) or "nothing"
        run.expect(
            announced == [version],
            f"version {version}, a release of {counted(files, 'file')}, should have been announced once; {told} was announced",
            at=next(iter(release.announcements[1:]), None),
            advice="announce each release once, even one without files",
        )
        longest = max(release.server.durations.values(), default=0.0)
        due = longest + release.server.announcing
        at_once = sum(call.started == act.started for call in release.uploads)
        run.expect(
            same_time(act.elapsed, due),
            f"publish() took {act.elapsed:g} s, not {due:g} s: "
            + (
                f"called at {act.started:g} s, it {release.begun()}. The longest upload takes {longest:g} s, and "
                f"the announcement after it {release.server.announcing:g} s"
                if files
                else "without files there is only the announcement"
            ),
            advice=WAIT_FOR_ALL
            if act.elapsed < due
            else NOTHING_BEFORE
            if files and not at_once
            else ALL_AT_ONCE
            if at_once < files
            else "announce the version as soon as the last upload has ended, and wait for nothing else"
            if files
            else "announce a release without files at once: there is nothing to wait for",
            together=([call] for call in release.uploads if act.elapsed > due),
        )


@question
def one_refused(case: Case) -> str:
    world = case.world()
    refused: dict[str, Exception] = {"app.zip": ConnectionError("refused")}
    server = world.add(Server({"app.zip": 1.0, "setup.exe": 3.0}, refused, 1.0, None))
    run = world.attempt("publish", server, "2.0", ["app.zip", "setup.exe"])
    if run.error is not None:
        return "raises"
    if not run.calls_to("announce"):
        return "returns"
    is_whole = all(call.ended for call in run.calls_to("upload") if call.outcome != "cancelled")
    return "announces" if is_whole and run.elapsed > 3.0 else "cancels"
