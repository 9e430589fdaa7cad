"""Checks for blocking_client: a blocking call in the middle of asynchronous code."""

from collections.abc import Iterator
from dataclasses import dataclass

from checker import (
    Act,
    Call,
    Case,
    Run,
    Service,
    blocking,
    check,
    counted,
    most_in_flight,
    question,
    scene,
    takes,
)

MOST_CALLS = 11
"""In a world."""

MOST_LETTERS = 5
"""At the same time: even an executor that is not told how many threads to use starts five anywhere."""

EPSILON = 1e-6
"""Virtual seconds by which sums of times may differ."""


class Storage(Service):
    """Scans by the numbers of their letters, and what was saved."""

    latency = 1.0

    def __init__(self, scans: dict[int, str], fetching: list[float], saving: list[float]) -> None:
        self.scans = scans
        self.fetching = dict(zip(scans, fetching, strict=True))
        self.saving = dict(zip(scans, saving, strict=True))
        self.saved: dict[int, str] = {}

    @takes("fetching")
    def fetch(self, number: int) -> str:
        if number not in self.scans:
            raise LookupError(f"there is no letter {number}")
        return self.scans[number]

    @takes("saving")
    def save(self, number: int, text: str) -> None:
        self.saved[number] = text


class Reader(Service):
    """Reads scans, any number of them at once; of a blank one, the text is empty."""

    latency = 1.0

    def __init__(self, texts: dict[str, str], seconds: dict[str, float]) -> None:
        self.texts = texts
        self.seconds = seconds

    @blocking
    @takes("seconds")
    def read(self, scan: str) -> str:
        if scan not in self.texts:
            raise ValueError(f"{scan[:40]!r} is no scan")
        return self.texts[scan]


@dataclass(frozen=True)
class Letter:
    """What was done for a letter, each once."""

    name: str
    fetch: Call
    read: Call
    save: Call
    seconds: float
    """How long reading it takes."""


@dataclass(frozen=True)
class Mail:
    """One call of read_letters, in which the text of every letter was saved."""

    letters: list[Letter]
    act: Act
    run: Run
    place: str


@scene
def mails(case: Case) -> Iterator[Mail]:
    for world in case.explore():
        calls: list[tuple[Act, Storage, Reader]] = []
        for office in range(case.size(1, MOST_CALLS)):
            # Letters may be alike, or blank. A second call begins beside the first one; small ones
            # follow, one after the other. They may meet the same numbers and scans again.
            beside = len(calls[min(office, 2) - 1][1].scans) if calls else 0
            left = MOST_LETTERS - beside
            count = case.size(0, left) if office < 2 else case.integer(0, min(left, 2))
            numbers = case.distinct(range(100), count)
            scans = [case.pick(["", "scan", f"scan {number}"]) for number in numbers]
            # What is fetched last may come when others have been read and saved. Small calls are
            # over soon: who polls shall get through all of them.
            longest = 4.0 if office > 1 else 59.0
            reading = longest if office else 119.0
            storage = Storage(
                dict(zip(numbers, scans, strict=True)),
                [case.duration(0.5, longest) for _ in numbers],
                [case.duration(0.5, longest) for _ in numbers],
            )
            opening = f"Dear office {office},"
            texts = {s: f"{opening} {case.random.getrandbits(32):x}" if s else "" for s in scans}
            reader = Reader(texts, {scan: case.duration(0.5, reading) for scan in texts})
            act = world.call("read_letters", storage, reader, numbers)
            if office == 1:
                act.at(case.duration(0.1, 5.0))
            elif office > 1:
                act.after(calls[0 if office == 2 else -1][0])
            calls.append((act, storage, reader))
        run = world.run_all(*(act for act, _, _ in calls))
        yield from [_judged(run, *call) for call in calls]


def _judged(run: Run, act: Act, storage: Storage, reader: Reader) -> Mail:
    """What was done in a call, which must have fetched, read and saved every letter once."""
    place = f"in the call that began at {act.started:g} s, " if len(run.trace.acts) > 1 else ""
    begun = [call for call in run.calls if call.service in (storage, reader)]
    calls = [call for call in begun if call.done]
    scans, saved = storage.scans, storage.saved
    for number, scan in scans.items():
        text = reader.texts[scan]
        own = [c for c in begun if number == c.given.get("number") or scan == c.given.get("scan")]
        done = {call.method for call in own if call.done}
        lost = next((call for call in own if call.outcome == "cancelled"), None)
        alike = [f"letter {n}" for n, other in scans.items() if other == scan and n != number]
        seen = f"its scan, {scan!r}, was fetched but not read"
        if lost:
            seen = f"{lost.method}() was called at {lost.started:g} s and cancelled at {lost.ended:g} s"
        elif "fetch" not in done:
            seen = "fetch() was not called"
        elif "read" in done:
            seen = f"its scan, {scan!r}, was read, but its text, {text!r}, was not saved"
        run.expect(
            number in saved,
            f"{place}no text was saved for letter {number}: {seen}"
            + (f"; {alike[0]} has the same scan" if alike and "fetch" in done else ""),
            at=lost,
            advice=f"let {lost.method}() take as long as it needs, and do not cancel it yourself"
            if lost
            else "fetch, read and save every letter, even if it is blank or looks like another"
            if begun
            else "start reading every letter, and return when all of them are saved",
        )
        is_foreign = bool(saved[number]) and any(
            call.reply == saved[number] and call.service is not reader for call in run.calls
        )
        run.expect(
            saved[number] == text,
            f"{place}{saved[number]!r}"
            + (", the text of a letter in another call," if is_foreign else "")
            + f" was saved for letter {number}, whose text is {text!r}",
            at=next(call for call in calls if call.given.get("text") == saved[number]),
            advice="keep nothing of one call for another one"
            if is_foreign
            else "save what read() returned for the scan of that letter",
        )
    for method, due in (("fetch", scans), ("read", scans.values()), ("save", scans)):
        made = [call for call in calls if call.method == method]
        run.expect(
            sorted(next(iter(call.given.values())) for call in made) == sorted(due),
            f"{place}{counted(len(scans), 'letter')} took {counted(len(made), 'call')} of "
            f"{method}(); each letter needs its own",
            at=made[-1] if made else None,
            advice="fetch, read and save each letter once, even if it looks like another",
        )
    letters = []
    # Where scans are alike, the one that was there first is read first.
    calls.sort(key=lambda call: (call.started, call.order))
    fetches = [call for call in calls if call.method == "fetch"]
    for fetch in sorted(fetches, key=lambda call: call.ended or 0.0):
        number = fetch.given["number"]
        read = next(call for call in calls if call.given.get("scan") == scans[number])
        calls.remove(read)
        save = next(c for c in calls if c.method == "save" and c.given["number"] == number)
        seconds = reader.seconds[scans[number]]
        letters.append(Letter(f"{place}letter {number}", fetch, read, save, seconds))
    return Mail(letters, act, run, place)


@check("The text of every letter is saved under its number")
def every_text_saved(case: Case) -> None:
    for _ in mails(case):
        pass  # The scene asks for it, for all checks.


@check(
    "All letters are read at the same time",
    points=2,
    advice="call read() in a thread other than the event loop's, and await it there: the event loop must stay free",
)
def readings_overlap(case: Case) -> None:
    for mail in mails(case):
        # Of the scans that lay there at the same time, as they came.
        spans = [(scan.fetch.ended or 0.0, scan.seconds - EPSILON) for scan in mail.letters]
        could = max((sum(s <= t < s + n for s, n in spans) for t, _ in spans), default=0)
        reads = [letter.read for letter in mail.letters]
        most = most_in_flight(reads)
        mail.run.expect(
            most >= could,
            f"{mail.place}{could} letters could be read at the same time, but "
            + ("they were read one by one" if most == 1 else f"never more than {most} were"),
            at=max(reads, key=lambda call: call.started, default=None),
            advice=None
            if mail.run.blocked
            else f"find what lets only {counted(most, 'letter')} be read at a time, and whether "
            "several calls share it",
            together=([read] for read in mail.run.calls_to("read")),
        )


@check(
    "No letter waits for another one",
    points=2,
    advice="a task may await what reads its letter; the event loop itself may not stand still for it",
)
def loop_stays_free(case: Case) -> None:
    for mail in mails(case):
        late: list[tuple[float, str, Call]] = []
        for letter in mail.letters:
            fetched, read = letter.fetch.ended or 0.0, letter.read.ended or 0.0
            for since, could, call in (
                (mail.act.started, "could be fetched", letter.fetch),
                (fetched, "was fetched", letter.read),
                (read, "was read", letter.save),
            ):
                what = f"{letter.name} {could} at {since:g} s, but {call.method}() was not called until"
                if call.started > since + EPSILON:
                    late.append((since, f"{what} {call.started:g} s", call))
        if late:
            since, what, call = min(late, key=lambda entry: entry[0])
            held = [b for b in mail.run.blocked if b.started < call.started and b.ended > since]
            before = {
                "fetch": "the beginning of read_letters()",
                "read": "fetch()",
                "save": "read()",
            }
            advice = f"look at all that is awaited between {before[call.method]} and {call.method}(): nothing may take time there"
            other = None if held else _ended_then(mail, call)
            if other is not None:
                what += f", when {other.method}() of another letter had ended"
                advice = "let each letter go on as soon as its own last step is done, whatever other letters do"
            mail.run.fail(
                what,
                at=held[0] if held else call,
                advice=None if held else advice,
                together=[(one.fetch, one.read, one.save) for one in mail.letters],
                late=call,
            )
        last = max((letter.save.ended or 0.0 for letter in mail.letters), default=mail.act.started)
        mail.run.expect(
            mail.act.ended < last + EPSILON,
            f"{mail.place}"
            + (
                f"the last text was saved at {last:g} s"
                if mail.letters
                else "there were no letters"
            )
            + f", but read_letters did not return until {mail.act.ended:g} s",
            advice="return as soon as all texts are saved",
        )
        mail.run.expect_unblocked()
        mail.run.expect_nothing_left()


def _ended_then(mail: Mail, late: Call) -> Call | None:
    """The call, of another letter or in another call of read_letters, that ended as this one began."""
    letters = ((one.fetch, one.read, one.save) for one in mail.letters)
    own = next(calls for calls in letters if any(call is late for call in calls))
    for call in mail.run.calls:
        is_own = any(call is other for other in own)
        if not is_own and call.ended is not None and abs(call.ended - late.started) < EPSILON:
            return call
    return None


@question
def two_letters(case: Case) -> str | None:
    world = case.world()
    storage = world.add(Storage({1: "scan 1", 2: "scan 2"}, [1.0, 1.0], [1.0, 1.0]))
    scans = list(storage.scans.values())
    reader = world.add(Reader({s: f"text of {s}" for s in scans}, dict.fromkeys(scans, 10.0)))
    run = world.run("read_letters", storage, reader, [1, 2])
    taken = {24.0: "nothing_overlaps", 22.0: "reads_in_turn", 12.0: "all_overlap"}
    return taken.get(run.elapsed) if len(storage.saved) == 2 else None
