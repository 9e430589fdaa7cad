"""Checks for blocking_client: a blocking call in the middle of asynchronous code."""

from dataclasses import dataclass

from checker import Call, Case, Run, Service, blocking, check, takes

# On every machine, even an executor that is not told how many threads to use starts five.
MOST_LETTERS = 5


class Storage(Service):
    """Scans by the numbers of their letters, and what was saved."""

    def __init__(self, scans: dict[int, str], seconds: dict[int, float]) -> None:
        self._scans = scans
        self._seconds = seconds
        self.saved: dict[int, str] = {}

    @takes(lambda storage, number: storage._seconds.get(number, 1.0))
    def fetch(self, number: int) -> str:
        if number not in self._scans:
            raise LookupError(f"there is no letter {number}")
        return self._scans[number]

    @takes(1.0)
    def save(self, number: int, text: str) -> None:
        self.saved[number] = text


class Reader(Service):
    """Reads scans, each in the same time, and any number of them at once."""

    latency = 5.0

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    @blocking
    def read(self, scan: str) -> str:
        if scan not in self._texts:
            raise ValueError(f"{scan[:40]!r} is no scan")
        return self._texts[scan]


class Mail:
    """Some letters, and the services that know them; each number has its scan, and that a text."""

    def __init__(self, case: Case, seconds: list[float]) -> None:
        draw = case.random
        self.numbers = draw.sample(range(1000, 10_000), k=len(seconds))
        self.scans = {number: f"scan {draw.getrandbits(40):010x}" for number in self.numbers}
        self.texts = {number: f"Dear sirs, {draw.getrandbits(40):010x}" for number in self.numbers}
        self.storage = Storage(self.scans, dict(zip(self.numbers, seconds, strict=True)))
        self.reader = Reader({self.scans[number]: self.texts[number] for number in self.numbers})

    def read(self, case: Case) -> Run:
        """Have the letters read, which must leave the text of each in the storage."""
        run = case.world().attempt("read_letters", self.storage, self.reader, self.numbers)
        run.expect(
            not any(e.kind == "TypeError" and "not callable" in e.message for e in run.errors),
            "what runs a function for you must be given the function and its arguments; "
            "with brackets after the name, it is called at once, and its result is handed over",
        )
        _ = run.value  # Fails the check if there is none, because it raised.
        saved = self.storage.saved
        for number in self.numbers:
            run.expect(
                number in saved,
                f"the text of letter {number} was never saved "
                f"({len(saved)} of {len(self.numbers)} were)",
            )
            run.expect(
                saved[number] == self.texts[number],
                f"under letter {number}, {saved[number]!r} was saved, "
                f"not its text {self.texts[number]!r}",
            )
        return run


@check(
    "The text of every letter is saved under its number",
    advice="save what read() returned for the scan of that letter",
)
def every_text_saved(case: Case) -> None:
    Mail(case, [1.0] * case.random.randint(3, MOST_LETTERS)).read(case)


@check(
    "All letters are read at the same time",
    points=2,
    advice="read() holds the thread that it is called in until it returns; which thread is that here?",
)
def readings_overlap(case: Case) -> None:
    mail = Mail(case, [1.0] * case.random.randint(3, MOST_LETTERS))
    run = mail.read(case)
    most = run.most_in_flight("read")
    at_once = "never two of them" if most == 1 else f"at most {most} of them"
    run.expect(
        most >= len(mail.numbers),
        f"{len(mail.numbers)} letters were done after {run.elapsed:g} s, and {at_once} were read "
        "at the same time; side by side, 1 s to fetch, 5 s to read and 1 s to save make 7 s",
        at=run.calls_to("read")[0],
    )


@check(
    "No letter waits while another one is read",
    points=2,
    advice="a task may wait for read(), but the event loop's own thread may not",
)
def loop_stays_free(case: Case) -> None:
    # The scans arrive a second apart, so that there is something to do while others are read.
    seconds = [float(second) for second in range(1, MOST_LETTERS + 1)]
    case.random.shuffle(seconds)
    mail = Mail(case, seconds)
    run = mail.read(case)
    late = _first_late(mail, run)
    if late is not None and run.blocked:
        worst = max(run.blocked, key=lambda stretch: stretch.length)
        held = "this line" if worst.line is not None else "a blocking call"
        run.expect(
            False,
            f"{held} held the event loop from {worst.started:g} s to {worst.ended:g} s, "
            f"and no task could run meanwhile: {late.what}",
            at=worst,
        )
    if late is not None:
        run.expect(False, late.what, at=late.call)
    run.expect_unblocked()


@dataclass(frozen=True)
class Late:
    """A call that came later than it could have."""

    since: float
    what: str
    call: Call


def _first_late(mail: Mail, run: Run) -> Late | None:
    fetches, reads, saves = (_by_argument(run, method) for method in ("fetch", "read", "save"))
    late = []
    for number in mail.numbers:
        fetch, read, save = fetches[number], reads[mail.scans[number]], saves[number]
        fetched, recognized = fetch.ended or 0.0, read.ended or 0.0
        if fetch.started > 0:
            what = f"letter {number} could be fetched at 0 s, but was not until {fetch.started:g} s"
            late.append(Late(0.0, what, fetch))
        if read.started > fetched:
            what = (
                f"the scan of letter {number} was there at {fetched:g} s, "
                f"but nobody began to read it until {read.started:g} s"
            )
            late.append(Late(fetched, what, read))
        if save.started > recognized:
            what = (
                f"letter {number} was read at {recognized:g} s, "
                f"but nobody began to save its text until {save.started:g} s"
            )
            late.append(Late(recognized, what, save))
    return min(late, key=lambda entry: entry.since, default=None)


def _by_argument(run: Run, method: str) -> dict[object, Call]:
    """The calls that were answered, by their first argument: of several, the first."""
    calls: dict[object, Call] = {}
    for call in run.calls_to(method):
        if call.done:
            calls.setdefault(next(iter(call.given.values())), call)
    return calls
