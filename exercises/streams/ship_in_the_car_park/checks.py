"""Checks for ship_in_the_car_park: bytes that come in pieces, and lines that are made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    Call,
    Calls,
    Case,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

TEXTS = (
    "Anna 53.5",
    "",
    "Åsa 53",
    "B\r",
    "日本丸",
    "C\x0b\x85\u2028D",
    " E ",
)
ERRORS = (
    ConnectionError("no radio"),
    ValueError("what was that?"),
    TimeoutError("nothing to hear"),
    ValueError("this line is too long"),
    OSError("it crackles"),
    LookupError("no such channel"),
)
KEEP = (
    "what has come belongs into an attribute at once, before anything else is awaited: a call that is cancelled, or "
    "fails, loses all that only its own variables hold"
)
BETWEEN = "a line goes to the next newline: keep what comes after it for the next call, and wait for more until there is one"
WHOLE = "make text of whole lines only: a piece may end in the middle of a character"
TOO_LONG = "count the bytes of this line alone, without its newline, and compare with `most` before you wait for more"
DROPPED = "remember, in an attribute, that the rest of a line that is too long is still to be dropped, up to its newline"


class Radio(Service):
    """Hands out bytes in pieces, each after a time of its own. Errors among them are raised."""

    def __init__(self, pieces: Sequence[bytes | Exception], gaps: Sequence[float]) -> None:
        self._pieces = pieces
        self._gaps = gaps
        self._next = 0

    @takes(lambda self: self._gaps[self._next] if self._next < len(self._gaps) else 0.0)
    def receive(self) -> bytes:
        number, self._next = self._next, self._next + 1
        if number >= len(self._pieces):
            raise EndOfStream("there is no more")
        piece = self._pieces[number]
        if isinstance(piece, Exception):
            raise piece
        return piece


@dataclass(frozen=True)
class Due:
    """What a call of `next()` has to come to."""

    piece: int
    """When this piece has come."""
    line: str | None = None
    error: str = ""
    """The name of the error, where there is no line."""
    of_radio: bool = False

    def __str__(self) -> str:
        return f"return {shown(self.line)}" if self.line is not None else f"raise {self.error}"


def split(pieces: Sequence[bytes | Exception], most: int) -> Iterator[Due]:
    """All that is due, one after the other, up to the end."""
    line, is_dropped = b"", False
    for number, piece in enumerate(pieces):
        if isinstance(piece, Exception):
            yield Due(number, error=type(piece).__name__, of_radio=True)
            continue
        for byte in piece:
            if byte == ord("\n"):
                if not is_dropped:
                    yield Due(number, line.decode())
                line, is_dropped = b"", False
            elif not is_dropped:
                line += bytes([byte])
                if len(line) > most:
                    yield Due(number, error="ValueError")
                    is_dropped = True
    if line and not is_dropped:
        yield Due(len(pieces), error="IncompleteRead")
    yield Due(len(pieces), error="EndOfStream")


@dataclass(frozen=True)
class Listening:
    """A radio, and all calls of `next()`, one after another."""

    pieces: Sequence[bytes | Exception]
    most: int
    radio: Radio
    acts: Sequence[Act]
    run: Run
    place: str

    @property
    def calls(self) -> Calls:
        return self.run.calls.to(self.radio)

    def heard(self) -> list[Call]:
        """For each piece, the call that brought it."""
        return self.calls.where(lambda call: call.outcome != "cancelled")

    def expect_lines(self) -> None:
        """Every call came to what was due, at the moment at which that was there."""
        due = list(split(self.pieces, self.most))
        heard = self.heard()
        number = 0
        for act in self.acts:
            self.run.expect_ended_with(act, [], place=self.place)
            if _went_away(act):
                continue
            wanted = due[min(number, len(due) - 1)]
            number += 1
            self._expect_due(act, wanted)
            come = heard[wanted.piece] if wanted.piece < len(heard) else None
            self.run.expect(
                come is not None and not is_later(come.ended or 0.0, act.ended),
                f"{self.place}next(), called at {act.started:g} s, ended at {act.ended:g} s, and what it had to wait for had "
                "not come",
                advice="wait for what the radio hears",
            )
            assert come is not None
            self.run.expect(
                same_time(act.ended, max(act.started, come.ended or 0.0)),
                f"{self.place}next(), called at {act.started:g} s, had to {wanted}, which could be known at "
                f"{come.ended:g} s, and it went on until {act.ended:g} s",
                at=come,
                advice=TOO_LONG
                if wanted.error == "ValueError"
                else "look into what has come before you ask the radio for more",
                late=come,
            )
        self._expect_asked(due)

    def _told(self, act: Act) -> str:
        """What had come by the end of this call, for a message."""
        come = [
            piece
            for piece, call in zip(self.pieces, self.heard(), strict=False)
            if isinstance(piece, bytes) and not is_later(call.ended or 0.0, act.ended)
        ]
        return f"until then the radio had heard {shown(come, 200)}"

    def _expect_due(self, act: Act, due: Due) -> None:
        run = self.run
        seen = f"{self.place}next(), called at {act.started:g} s, had to {due}"
        if due.error == "ValueError" and not due.of_radio:
            seen += f" (`most` is {self.most})"
        if act.error is None:
            run.expect(
                due.line is not None and same(act.value, due.line),
                f"{seen}, and returned {shown(act.value)}; {self._told(act)}",
                advice=self._why(act, due),
            )
            return
        raised, heard = act.errors[0], self.heard()
        from_radio = any(act.heard(call) for call in heard)
        fits = act.error.kind == due.error and (
            act.heard(heard[due.piece])
            if due.of_radio and due.piece < len(heard)
            else not from_radio or due.error == "EndOfStream"
        )
        if fits and not act.error.children:
            return
        advice = self._why(act, due)
        if act.error.children:
            advice = "raise the error alone: let no task group stand between it and the caller"
        elif due.of_radio:
            advice = "let an error of the radio out, as it is"
        what = raised.kind if raised.kind == "UnicodeDecodeError" else act.raised
        run.fail(
            f"{seen}, and raised {what}; {self._told(act)}",
            at=raised,
            advice=advise(raised, run.trace.backend) or advice,
            tells_error=True,
        )

    def _why(self, act: Act, due: Due) -> str:
        """What to try where this call did not come to what was due."""
        earlier = [one for one in self.acts if one.ended <= act.started and one is not act]
        if act.error is not None and act.errors[0].kind == "UnicodeDecodeError":
            return WHOLE
        if any(map(_went_away, earlier)):
            return KEEP
        if due.error in ("IncompleteRead", "EndOfStream"):
            return (
                "when the radio has no more, look what is left in the buffer: nothing, or the beginning of a line, "
                "or the rest of one that was too long"
            )
        if any(one.error is not None and one.error.kind == "ValueError" for one in earlier):
            return DROPPED
        if any(one.error is not None and one.error.kind != "EndOfStream" for one in earlier):
            return KEEP
        if due.error == "ValueError" or (
            act.error is not None and act.errors[0].kind == "ValueError"
        ):
            return TOO_LONG
        returned = act.value if act.error is None else None
        if due.line and isinstance(returned, str) and due.line.strip() == returned.strip():
            return "remove the newline, and nothing else"
        return BETWEEN

    def _expect_asked(self, due: Sequence[Due]) -> None:
        """The radio was asked by one task at a time, for somebody who waited, and not in vain."""
        run = self.run
        for before, after in pairwise(self.calls):
            run.expect(
                before.ended_order is not None and before.ended_order < after.order,
                f"{self.place}radio.receive() was called at {after.started:g} s, while the call of {before.started:g} s was "
                "still under way",
                at=after,
                advice="let one task ask the radio at a time",
            )
        piece = 0
        for call in self.calls:
            waiting = [
                act
                for act in self.acts
                if not is_later(act.started, call.started)
                and call.ended is not None
                and not is_later(call.ended, act.ended)
            ]
            run.expect(
                waiting,
                f"{self.place}radio.receive() was called at {call.started:g} s, and nobody waited for a line until it "
                "ended",
                at=call,
                advice="ask the radio in `next()`, and let nothing go on when `next()` has ended",
            )
            ready = sum(one.piece < piece for one in due)
            done = sum(
                not _went_away(act) and not is_later(act.ended, call.started) for act in self.acts
            )
            run.expect(
                done >= min(ready, len(due) - 1),
                f"{self.place}radio.receive() was called at {call.started:g} s, though "
                f"{counted(ready - done, 'line')} had already come that nobody had been given",
                at=call,
                advice="look into what has come before you ask the radio for more",
            )
            piece += call.outcome != "cancelled"


def _went_away(act: Act) -> bool:
    """Whether a call was cancelled, and came to nothing."""
    return act.was_cancelled or (act.error is not None and act.gave_way([]))


# --- the worlds ---


@scene
def good_days(case: Case) -> Iterator[Listening]:
    for world in case.explore():
        yield from _play(case, world, "good")


@scene
def bad_days(case: Case) -> Iterator[Listening]:
    for world in case.explore():
        yield from _play(case, world, "bad")


@scene
def interrupted(case: Case) -> Iterator[Listening]:
    for world in case.explore(cancel=True):
        yield from _play(case, world, "interrupted")


def _play(case: Case, world: World, kind: str) -> Iterator[Listening]:
    planned = [
        _draw(case, world, kind, lines) for lines in ((4, 2) if kind != "interrupted" else (3,))
    ]
    run = world.attempt_all(*(act for *_, acts in planned for act in acts))
    for number, (pieces, most, radio, acts) in enumerate(planned, 1):
        place = f"with radio {number} of {len(planned)}, " if len(planned) > 1 else ""
        yield Listening(pieces, most, radio, acts, run, place)


def _draw(
    case: Case, world: World, kind: str, lines: int
) -> tuple[list[bytes | Exception], int, Radio, list[Act]]:
    """What a radio hears, how long a line may be, and who listens."""
    first = case.integer(0, len(TEXTS) - 1)
    texts = [TEXTS[(first + number) % len(TEXTS)].encode() for number in range(lines)]
    texts = texts[: case.size(0, lines)]
    most = max((len(text) for text in texts), default=1) or 1
    end = b""
    if kind == "good":
        most += case.pick([0, 40])
    else:
        most = case.integer(1, 9)
        texts = [_fit(case, text, most) for text in texts]
        end = case.pick([b"", "é".encode()[:1], b"F" * most, b"G" * (3 * most + 1)])
    heard = b"".join(text + b"\n" for text in texts) + end
    pieces = list[bytes | Exception](_cut(case, heard, 5 if kind == "interrupted" else 24))
    if kind == "interrupted":
        error = case.integer(0, len(ERRORS) - 1)
        for number in range(case.integer(0, 3)):
            pieces.insert(case.integer(0, len(pieces)), ERRORS[(error + number) % len(ERRORS)])
    longest = case.pick([9.0, 9.0, 9.0, 90_000.0])
    gaps = [case.duration(0.101, longest) for _ in range(len(pieces) + 1)]
    radio = world.add(Radio(pieces, gaps))
    reader = world.new("Lines", radio, most)
    acts: list[Act] = []
    for _ in range(len(list(split(pieces, most))) + 2):
        if kind == "interrupted" and case.pick([False, True]):
            _listen(case, reader.next(), acts)
            acts[-1].cancel_after(case.pick([1.0, 0.5]) * case.pick(gaps))
        _listen(case, reader.next(), acts)
    return pieces, most, radio, acts


def _listen(case: Case, act: Act, acts: list[Act]) -> None:
    if acts:
        act.after(acts[-1])
        if case.pick([True, False, True]):  # When some of it has come, or all.
            act.at(len(acts) * 10.007)
    acts.append(act)


def _fit(case: Case, text: bytes, most: int) -> bytes:
    """A line around the limit, or far beyond it."""
    length = case.pick([None, most, most + 1, 3 * most + 2])
    return text if length is None else (b"abcdefgh" * 5)[:length]


def _cut(case: Case, heard: bytes, most_pieces: int) -> Iterator[bytes]:
    """The same bytes in pieces."""
    fewest = len(heard) // most_pieces + 1
    while heard:
        length = case.pick([fewest, fewest + 1, 7, 11, 60])
        yield heard[:length]
        heard = heard[length:]


@check(
    "A line is what stands between two newlines, however the bytes are cut",
    points=3,
    advice=BETWEEN,
)
def whole_lines(case: Case) -> None:
    for listening in good_days(case):
        listening.expect_lines()
        listening.run.expect_nothing_left()


@check(
    "A line that is too long, or breaks off, is an error, once, and the others are right",
    points=2,
    advice=TOO_LONG,
)
def bad_lines(case: Case) -> None:
    for listening in bad_days(case):
        listening.expect_lines()


@check(
    "Neither a cancellation nor an error of the radio loses anything",
    points=3,
    advice=KEEP,
)
def nothing_lost(case: Case) -> None:
    for listening in interrupted(case):
        listening.expect_lines()


@question
def two_ships(case: Case) -> str | None:
    world = case.world()
    radio = world.add(Radio([b"Anna 53.5\nBe", b"rta 53.6\n"], [1.0, 2.0, 1.0]))
    lines = world.new("Lines", radio, 80)
    first = lines.next()
    second = lines.next().after(first)
    world.observe_all(first, second)
    if first.error is not None:
        return "error"
    return {
        ("Anna 53.5", "Berta 53.6"): "lines",
        ("Anna 53.5\nBe", "rta 53.6"): "pieces",
        ("Anna 53.5", "rta 53.6"): "lost",
    }.get((first.value, second.value))
