"""Checks for empty_album: connections that must be open for longer than their users live."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    ClosedResourceError,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    often,
    question,
    same,
    same_time,
    scene,
    shown,
    were,
)

ERRORS = (
    ConnectionError("the line is dead"),
    ValueError("no such file"),
    BrokenResourceError("the other side has gone"),
    KeyError("album 7"),
    TimeoutError("no answer"),
    EndOfStream("nothing more comes"),
    PermissionError("not for you"),
    RuntimeError("out of order"),
    ClosedResourceError("somebody else has closed it"),
)

TROUBLE = ("store", "close album", "photo", "open album", "names", "close phone", "open phone")
"""What may fail: `photo` and `store` for one of the photos."""

USERS_FIRST = (
    "whoever uses a connection must have ended before the connection is closed: which part of the `async with` "
    "waits for the copies, and which part is left before that?"
)
LET_IT_CLOSE = (
    "closing takes a while, and a failed task cancels the block of its group, with all that stands inside: let "
    "nothing cancel the closing"
)


@dataclass(frozen=True)
class Photo:
    name: str
    content: str
    page: int
    loading: float
    storing: float


class Connection(Service):
    """Takes a while to open and to close, and refuses to be used except in between."""

    kind = "connection"

    def __init__(
        self,
        photos: Sequence[Photo],
        opening: float,
        closing: float,
        trouble: Mapping[str, Exception],
    ) -> None:
        self.photos = {photo.name: photo for photo in photos}
        self.opening = opening
        self.closing = closing
        self.trouble = trouble
        """What fails: `open phone`, `names`, `store IMG 1`."""
        self.is_open = False

    def __aenter__(self) -> Generator[float, None, "Connection"]:
        yield self.opening
        self._may_fail(f"open {self.kind}")
        self.is_open = True
        return self

    def __aexit__(self, error: str | None) -> Generator[float, None, None]:
        self.is_open = False
        yield self.closing
        self._may_fail(f"close {self.kind}")

    def _may_fail(self, what: str) -> None:
        if what in self.trouble:
            raise self.trouble[what]

    def _use(self, seconds: float, what: str) -> Generator[float, None, None]:
        if not self.is_open:
            raise ClosedResourceError(f"the {self.kind} is closed")
        yield seconds
        if not self.is_open:
            raise ClosedResourceError(f"the {self.kind} has been closed meanwhile")
        self._may_fail(what)

    def _find(self, name: str) -> Photo:
        if name not in self.photos:
            raise KeyError(name)
        return self.photos[name]


class Phone(Connection):
    kind = "phone"
    listing = 1.0

    def names(self) -> Generator[float, None, list[str]]:
        yield from self._use(self.listing, "names")
        return list(self.photos)

    def photo(self, name: str) -> Generator[float, None, str]:
        yield from self._use(self._find(name).loading, f"photo {name}")
        return self.photos[name].content


class Album(Connection):
    kind = "album"

    def store(self, name: str, photo: str) -> Generator[float, None, int]:
        yield from self._use(self._find(name).storing, f"store {name}")
        return self.photos[name].page


@dataclass(frozen=True)
class Visit:
    """One call of save_photos, with a phone and an album of its own."""

    phone: Phone
    album: Album
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""
    is_timed: bool

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(lambda call: call.service in (self.phone, self.album))

    @property
    def uses(self) -> Calls:
        return self.calls.where(lambda call: not call.method.startswith("__"))

    def to(self, method: str) -> Calls:
        return self.calls.where(lambda call: call.method == method)

    def opened(self, connection: Connection) -> Calls:
        return self.to("__aenter__").to(connection).done

    def left(self, connection: Connection) -> Calls:
        return self.to("__aexit__").to(connection)

    @property
    def failed(self) -> Call | None:
        """The call that failed first, and was not refused since its connection was not open."""
        return self.calls.where(
            lambda call: call.outcome == "failed" and not self.was_refused(call)
        ).first

    @property
    def why(self) -> str:
        """What had failed, for the beginning of a message."""
        return "" if self.failed is None else f"{tell_failure(self.failed)}; "

    def was_refused(self, call: Call) -> bool:
        kind = connection_of(call).kind
        return call.failed_with(
            ClosedResourceError(f"the {kind} is closed"),
            ClosedResourceError(f"the {kind} has been closed meanwhile"),
        )

    # --- what must be so, whatever happens ---

    def expect_open(self) -> None:
        """Each connection was open whenever it was used."""
        for use in self.uses:
            if not self.was_refused(use):
                continue
            connection = connection_of(use)
            kind, closing = connection.kind, self.left(connection).first
            name = f"{self.place}{told(use)}"
            if closing is None or (use.order < closing.order and not self.opened(connection)):
                entering = self.opened(connection).first
                self.run.fail(
                    f"{name} was called at {use.started:g} s, and the {kind} "
                    + (f"was open at {entering.ended:g} s" if entering else "was not open"),
                    at=use,
                    advice="use a connection only after its `async with` has opened it",
                    tells_error=True,
                )
            self.run.fail(
                f"{name} was called at {use.started:g} s, and "
                + (
                    f"the {kind} had begun to close at {closing.started:g} s"
                    if closing.order < use.order
                    else f"was still under way when the {kind} began to close at {closing.started:g} s"
                    + ("" if self.failed is None else f"; {tell_failure(self.failed)}")
                ),
                at=use,
                advice=USERS_FIRST,
                tells_error=True,
            )

    def expect_closed(self) -> None:
        """Each connection that was opened was closed once, for as long as it took, and nothing of it was
        still under way then."""
        why = self.why
        for connection in (self.phone, self.album):
            kind, place, left = connection.kind, self.place, self.left(connection)
            entered, opened = self.to("__aenter__").to(connection), self.opened(connection)
            self.run.expect(
                len(entered) == 1 or (why and not entered),
                f"{place}the {kind} was {often(len(entered), 'opened')}",
                at=entered.last,
                advice="open each connection once, for all photos, however many there are",
                tells_error=True,
            )
            for closing in left:
                self.run.expect(
                    closing.outcome != "cancelled"
                    and not is_later(closing.ended or 0.0, self.act.ended),
                    f"{place}{why}the {kind} began to close at {closing.started:g} s, which takes {connection.closing:g} s, and "
                    + (
                        f"that was cancelled at {closing.ended:g} s"
                        if closing.outcome == "cancelled"
                        else f"save_photos() ended at {self.act.ended:g} s"
                    ),
                    at=closing,
                    advice=LET_IT_CLOSE,
                    tells_error=True,
                )
            if len(left) != len(opened):
                self.run.fail(
                    f"{place}{why}the {kind} was {often(len(opened), 'opened')} and {often(len(left), 'closed')}"
                    + (
                        f"; save_photos() ended at {self.act.ended:g} s"
                        if len(left) < len(opened)
                        else ""
                    ),
                    at=left.last or opened.last,
                    advice="close each connection that is open, once, on every way out of save_photos()",
                    tells_error=True,
                )

    def expect_users_first(self) -> None:
        """Nothing was under way on a connection that began to close, not even in that very instant."""
        for use in self.uses:
            closing = self.left(connection_of(use)).first
            if closing is None or (use.ended_order or closing.order + 1) < closing.order:
                continue
            self.run.expect(
                closing.order < use.order,
                f"{self.place}{self.why}{told(use)} was still under way when the {connection_of(use).kind} began to close "
                f"at {closing.started:g} s",
                at=use,
                advice=USERS_FIRST,
                tells_error=True,
            )

    def expect_no_pause(self) -> None:
        """At every moment something was under way."""
        moments = {self.act.started, self.act.ended}
        for call in self.calls:
            moments |= {call.started, self.act.ended if call.ended is None else call.ended}
        for begin, end in pairwise(sorted(moments)):
            middle = (begin + end) / 2
            self.run.expect(
                not is_later(end, begin) or self.calls.under_way(middle),
                f"{self.place}from {begin:g} s to {end:g} s save_photos() waited, and neither the phone nor the album "
                "had anything to do",
                at=self.calls.begun_after(begin).first,
                advice="wait for the copies themselves, and for no clock: as soon as the last one is done, close",
                late=self.calls.begun_after(begin).first,
                tells_error=True,
            )

    # --- what must be so if nothing fails ---

    def expect_pages(self) -> None:
        """Every photo was copied once, and the pages were returned."""
        self.expect_open()
        act, photos = self.act, self.phone.photos
        if act.error is not None:
            told = act.explained()
            self.run.fail(
                f"{self.place}{told.message}; no call had failed",
                at=act.errors[0],
                advice=advise(act.errors[0], self.run.trace.backend)
                or "follow what happens when nothing goes wrong",
                tells_error=True,
            )
        for name, photo in photos.items():
            for method, done in (("photo", "asked for"), ("store", "stored")):
                made = self.to(method).given(name=name)
                self.run.expect(
                    len(made) == 1 and made[0].done,
                    f"{self.place}{name}{f', one of {len(photos)} photos,' if len(photos) > 1 else ''} was {often(len(made), done)}"
                    + (f", and that was {made[0].outcome}" if len(made) == 1 else "")
                    + f"; save_photos() returned at {act.ended:g} s",
                    at=made.last,
                    advice="get each photo once, store it once, whatever it is, and wait for that, however long it takes",
                )
            stored = self.to("store").given(name=name)[0]
            self.run.expect(
                stored.given["photo"] == photo.content,
                f"{self.place}{shown(stored.given['photo'])} was stored as {name}; the phone had sent "
                f"{shown(photo.content)}",
                at=stored,
                advice="store each photo under its own name",
            )
        asked = self.to("names")
        self.run.expect(
            len(asked) == 1,
            f"{self.place}names() was {often(len(asked), 'called')}",
            at=asked.last,
            advice="ask for the names of the photos once",
        )
        due = [photo.page for photo in photos.values()]
        if not same(act.value, due):
            is_shuffled = isinstance(act.value, list) and Counter(map(repr, act.value)) == Counter(
                map(repr, due)
            )
            self.run.fail(
                f"{self.place}it returned {shown(act.value)}; the pages of {counted(len(due), 'photo')} are {shown(due)}",
                advice="return the pages in the order of the names, whichever photo is there first"
                if is_shuffled
                else "return the page of each photo of this call, whatever number it is",
            )

    def expect_at_once(self) -> None:
        """All photos were asked for when they could be, and stored when they were there."""
        ready = [
            call for connection in (self.phone, self.album) for call in self.opened(connection)
        ] + self.to("names")
        due = max(call.ended or 0.0 for call in ready)
        photos = self.to("photo")
        late = photos.begun_after(due)
        self.run.expect(
            not late,
            f"{self.place}at {due:g} s both connections were open and the names of {counted(len(photos), 'photo')} known; "
            f"{len(late)} of them {were(len(late))} not asked for until {max((c.started for c in late), default=0.0):g} s",
            at=late.first,
            advice="start the copies of all photos before you wait for any of them",
            together=[[call] for call in [*photos, *self.to("store")]],
            late=late.first,
        )
        for photo in photos:
            name = photo.given["name"]
            for store in self.to("store").given(name=name):
                self.run.expect(
                    same_time(store.started, photo.ended or 0.0),
                    f"{self.place}{name} was there at {photo.ended:g} s, and was stored from {store.started:g} s on",
                    at=store,
                    advice="store each photo as soon as it is there, whatever the others do, and have the album open by then",
                    together=[[call] for call in [*photos, *self.to("store")]],
                    late=store,
                )

    # --- what must be so if something fails ---

    def expect_error(self, failed: Call) -> None:
        act, at = self.act, failed.ended or 0.0
        seen = f"{self.place}{tell_failure(failed)}"
        if not act.heard(failed):
            self.run.fail(
                f"{seen}; save_photos() "
                + (f"raised {act.raised}" if act.raised else "returned")
                + f" at {act.ended:g} s",
                at=failed,
                advice="let that very error out of save_photos(), alone or in a group, and raise nothing in its place",
                tells_error=True,
            )
        for call in self.uses:
            self.run.expect(
                not is_later(call.ended or act.ended, at) and not is_later(call.started, at),
                f"{seen}, and {told(call)}, begun at {call.started:g} s, went on until {call.ended or act.ended:g} s",
                at=call,
                advice="when something has failed, give up what is under way at once, and begin nothing else",
                tells_error=True,
            )
        again = self.to("__aenter__").begun_after(at)
        self.run.expect(
            not again,
            f"{seen}, and {told(again[0]) if again else ''} was called after that",
            at=again.first,
            advice="when something has failed, begin nothing else, and close what is open",
            tells_error=True,
        )


def connection_of(call: Call) -> Connection:
    assert isinstance(call.service, Connection)
    return call.service


def tell_failure(failed: Call) -> str:
    return f"{told(failed)} failed at {failed.ended:g} s with {failed.failure}"


def told(call: Call) -> str:
    """A call, for a message: `store() of IMG 3`."""
    if call.method == "__aenter__":
        return f"opening the {connection_of(call).kind}"
    if call.method == "__aexit__":
        return f"closing the {connection_of(call).kind}"
    return f"{call.method}()" + (f" of {call.given['name']}" if "name" in call.given else "")


@scene
def days(case: Case) -> Iterator[Visit]:
    """One or two customers, the second of whom may come when the first has gone."""
    for world in case.explore(orders=True):
        visits = [_draw(case, world, most) for most in (4, 30)[-case.size(1, 2) :]]
        if case.pick([False, True]) and len(visits) == 2:
            visits[1][-1].after(visits[0][-1])
        yield from _play(world, visits)


@scene
def bad_days(case: Case) -> Iterator[Visit]:
    """A few customers, and something else goes wrong for each of them."""
    for world in case.explore():
        first, error = case.integer(0, len(TROUBLE) - 1), case.integer(0, len(ERRORS) - 1)
        visits: list[tuple[Phone, Album, Act]] = []
        for number in range(case.size(1, len(TROUBLE))):
            what = TROUBLE[(first + number) % len(TROUBLE)]
            visits.append(_draw(case, world, 3, what, ERRORS[(error + number) % len(ERRORS)]))
            if case.pick([False, True]) and number:
                visits[-1][-1].after(visits[-2][-1])
        yield from _play(world, visits)


def _play(world: World, visits: Sequence[tuple[Phone, Album, Act]]) -> Iterator[Visit]:
    run = world.attempt_all(*(act for *_, act in visits))
    for number, (phone, album, act) in enumerate(visits, 1):
        place = "" if len(visits) == 1 else f"in call {number} of {len(visits)}, "
        yield Visit(phone, album, act, run, place, world.is_timed)


def _draw(
    case: Case, world: World, most: int, what: str = "", error: Exception | None = None
) -> tuple[Phone, Album, Act]:
    """A customer with up to so many photos. If there is an error, `what` raises it."""
    longest = case.pick([3.0, 900.0, 200_000.0])
    seconds = [case.duration(0.1, longest) for _ in range(5)]
    size, bad = case.size(0, most), case.integer(1, most)
    photos = [
        Photo(
            f"IMG {number}",
            case.pick([f"<photo {number}>", "", "<a cat>"]),
            case.amount(0, 30),
            case.duration(0.1, longest),
            case.duration(0.1, longest),
        )
        for number in range(1, (most if error else size) + 1)
    ]
    needs_photo = what in ("photo", "store")
    photos = photos[: max(bad, size) if needs_photo else size]
    fails = {} if error is None else {f"{what} IMG {bad}" if needs_photo else what: error}
    phone = world.add(Phone(photos, seconds[0], seconds[1], fails))
    phone.listing = seconds[2]
    album = world.add(Album(photos, seconds[3], seconds[4], fails))
    return phone, album, world.call("save_photos", phone, album)


@check(
    "Each connection is open while anybody uses it, and is closed after that",
    points=3,
    advice=USERS_FIRST,
)
def open_for_all(case: Case) -> None:
    for visit in days(case):
        visit.expect_pages()
        visit.expect_closed()
        visit.run.expect_nothing_left()


@check(
    "All photos travel at the same time, and nobody waits for anything else",
    points=2,
    advice="start all copies at once, and close when the last one is done",
)
def no_slower(case: Case) -> None:
    for visit in days(case):
        visit.expect_pages()
        visit.expect_closed()
        if visit.is_timed:
            visit.expect_at_once()
            visit.expect_no_pause()


@check(
    "If something fails, the rest is given up, what is open is closed, and the error comes out",
    points=3,
    advice="wait for everything that you start, on every way out",
)
def errors_come_out(case: Case) -> None:
    for visit in bad_days(case):
        visit.expect_open()
        failed = visit.failed
        if failed is None:
            visit.expect_pages()
            visit.expect_closed()
            continue
        visit.expect_closed()
        visit.expect_users_first()
        visit.expect_error(failed)
        visit.expect_no_pause()
        visit.run.expect_nothing_left()


@question
def one_photo(case: Case) -> str | None:
    world = case.world()
    photo = Photo("IMG 1", "<a cat>", 1, 2.0, 1.0)
    phone = world.add(Phone([photo], 1.0, 1.0, {}))
    album = world.add(Album([photo], 1.0, 1.0, {}))
    act = world.call("save_photos", phone, album)
    run = world.observe_all(act)
    visit = Visit(phone, album, act, run, "", is_timed=True)
    if not visit.to("photo").done:
        return "never_arrives"
    return "stored" if visit.to("store").done else "refused"
