"""Checks for lost_exception: an error that ends in a log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeAlias

from checker import Call, Case, Run, Service, World, check, scene, takes
from checker.judge.acts import Act
from checker.judge.explain import CheckFailed
from checker.judge.service import AnyIOError


class EndOfStream(AnyIOError):
    """AnyIO's error of this name, which a program may take for the end of its own stream."""


ERRORS = [
    ConnectionError,
    EndOfStream,
    TimeoutError,
    ValueError,
    PermissionError,
    KeyError,
    RuntimeError,
]


LET_IT_OUT = "a cancellation is to reach the caller too: do not catch it, or raise it again"


class Server(Service):
    """A download server, to which each file takes a time of its own. It may refuse some of them, and
    the announcement."""

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

    @takes(lambda self, file: self.durations.get(file, 1.0))
    def upload(self, file: str) -> None:
        if file in self.refused:
            raise self.refused[file]

    @takes(lambda self, version: self.announcing)
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
        return [c for c in self.run.calls_to("upload") if c.service is self.server]

    @property
    def announcements(self) -> list[Call]:
        return [c for c in self.run.calls_to("announce") if c.service is self.server]

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
                f"{file} was uploaded {tried.count(file)} times",
                at=call,
            )
        if not failed and self.server.refused and not self.was_cut_short:
            _ = self.act.value  # If it raised, then for a reason of its own, which this explains.
            file = min(self.server.refused, key=self.server.durations.__getitem__)
            self.run.expect(
                False,
                f"it ended at {self.act.ended:g} s, and has not waited for the upload of {file}",
            )
        return [call for call in failed if call.ended == min(c.ended or 0 for c in failed)]

    def expect_uploaded(self) -> None:
        """Every file was uploaded, once, where nothing kept it from that."""
        if self.announcement_failed:
            return
        _ = self.act.value
        uploaded = [call.given["file"] for call in self.uploads if call.done]
        self.run.expect(
            sorted(uploaded) == sorted(self.files),
            f"{_count(len(uploaded), 'upload')} {'was' if len(uploaded) == 1 else 'were'} made of "
            f"{_count(len(self.files), 'file')}; each is due once",
        )

    @property
    def announcement_failed(self) -> bool:
        return any(call.outcome == "failed" for call in self.announcements)


Plan: TypeAlias = tuple[Server, str, Act]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _seen(failed: Call) -> str:
    which = "announcement" if failed.method == "announce" else f"upload of {failed.given['file']}"
    return f"the {which} failed at {failed.ended:g} s with {failed.reply}"


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


@check(
    "The error of a failed upload reaches the caller",
    points=3,
    advice="an exception that is caught and not raised again ends there: let it leave the task "
    "that it happened in",
)
def error_reaches_the_caller(case: Case) -> None:
    for release in chain.from_iterable(releases(case)):
        act, run = release.act, release.run
        failed = release.first_failed()
        if release.was_cut_short:
            there = sum(call.done for call in release.uploads)
            if act.error is None and not act.gave_way(release.announcements):
                announced = any(call.done for call in release.announcements)
                if there == len(release.files) and not announced:
                    raise CheckFailed(
                        f"it was cancelled at {act.record.cancelled_at:g} s, before it had announced "
                        "the version, and returned as if all were well",
                        advice=LET_IT_OUT,
                    )
            if act.error is None and not act.was_cancelled and there < len(release.files):
                raise CheckFailed(
                    f"it was cancelled at {act.record.cancelled_at:g} s, when {there} of "
                    f"{_count(len(release.files), 'file')} {'was' if 1 in (there, len(release.files)) else 'were'} there, and "
                    "returned as if all were well",
                    advice=LET_IT_OUT,
                )
            continue
        if not failed:
            release.expect_uploaded()
            failed = [call for call in release.announcements if call.outcome == "failed"]
        if failed:
            run.expect(
                any(map(act.heard, failed)),
                f"{_seen(failed[0])}; publish() "
                + (
                    f"returned at {act.ended:g} s, and its caller heard of no error"
                    if act.error is None
                    else f"raised {', '.join(f'{e.kind}: {e.message}' for e in act.errors)} instead; "
                    "that very exception should reach the caller"
                ),
                at=failed[0],
            )


@check(
    "When an upload fails, the others are cancelled at once",
    points=2,
    advice="nothing that comes after the error is worth waiting for: cancel the other tasks, and "
    "let the function end",
)
def others_are_cancelled(case: Case) -> None:
    for release in chain.from_iterable(releases(case)):
        act, run = release.act, release.run
        failed = release.first_failed()
        left = [*run.tasks_left, *run.threads_left]
        run.expect(
            not left,
            f"{_count(len(left), 'task')} of it still ran when the last release had ended; none is to "
            "be left",
            at=next(iter(left), None),
        )
        if release.was_cut_short:
            cancelled_at = act.record.cancelled_at
            run.expect(
                act.ended == cancelled_at,
                f"it was cancelled at {cancelled_at:g} s, and ended at {act.ended:g} s; a cancellation "
                "is to end it at once",
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
            f"{len(at_once)} of {_count(len(release.files), 'upload')} "
            f"{'was' if len(at_once) == 1 else 'were'} started at {act.started:g} s; all are to run at "
            "the same time",
            advice="start a task for each file before you wait for any of them",
        )
        for call in release.uploads:
            still = "was still under way when publish() ended"
            if call.ended is not None and call.ended <= act.ended:
                still = f"went on until {call.ended:g} s"
            run.expect(
                call.ended is not None and call.ended <= moment,
                f"{_seen(failed[0])}, and that of {call.given['file']} {still}, uncancelled",
                at=call,
            )
        run.expect(
            act.ended == moment,
            f"{_seen(failed[0])}, and publish() ended at {act.ended:g} s; it should end at that moment",
        )


@check(
    "A release that misses a file is not announced",
    advice="the announcement must come after all uploads, where only a release without an error "
    "gets to",
)
def not_announced(case: Case) -> None:
    for release in chain.from_iterable(releases(case)):
        failed = release.first_failed()
        if not failed and not release.was_cut_short:
            release.expect_uploaded()
        for call in release.announcements:
            there = [c for c in release.uploads if c.done and (c.ended or 0) <= call.started]
            missing = len(release.files) - len(there)
            release.run.expect(
                not missing,
                (
                    f"{_seen(failed[0])}, and yet the release was announced at {call.started:g} s"
                    if failed
                    else f"the release was announced at {call.started:g} s, when {missing} of "
                    f"{_count(len(release.files), 'file')} {'was' if missing == 1 else 'were'} not there"
                ),
                at=call,
            )


@check(
    "A release without an error is uploaded at once, and then announced",
    advice="a release in which nothing fails is still to be uploaded, all files at the same time, "
    "and announced when they are there",
)
def good_release(case: Case) -> None:
    for release in chain.from_iterable(releases(case)):
        act, run = release.act, release.run
        if release.first_failed() or release.was_cut_short:
            continue
        release.expect_uploaded()
        announced = [call.given["version"] for call in release.announcements]
        run.expect(
            announced == [release.version],
            f"version {release.version} is to be announced once; announced were: "
            + (", ".join(map(str, announced)) or "none"),
            at=next(iter(release.announcements[1:]), None),
        )
        longest = max(release.server.durations.values(), default=0.0)
        due = longest + release.server.announcing
        run.expect(
            round(act.elapsed, 6) == round(due, 6),
            f"it took {act.elapsed:g} s, not {due:g} s: "
            + (
                f"the longest of {_count(len(release.files), 'upload')} takes {longest:g} s, and the "
                f"announcement {release.server.announcing:g} s more"
                if release.files
                else f"without files there is only the announcement, of {due:g} s"
            ),
        )
