"""Checks for punch_line: replies come in any order, and results stand in that of the questions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    Calls,
    Case,
    Run,
    Service,
    check,
    counted,
    is_later,
    often,
    question,
    same_time,
    scene,
    shown,
    takes,
)

LINES = (
    "Who is there?",
    "Right.",
    "Who?",
    "It is me.",
    "Me who?",
    "Your uncle.",
    " Right.",
    "Then who is this?",
    "Nobody.",
    "Ha ha!",
    "right.",
    "Oh.",
    "Right. ",
    "",
)
MOST = 12
DAYS = 1_000_000.0
OWN_PLACE = "tell each task, when you start it, for which place in the list it works"
EQUAL_LINES = (
    "lines may be equal, and each has a translation of its own: what tells two places apart is where they are, and not "
    "what stands there"
)
TAKE_WHAT_COMES = "take every translation as it is, even an empty one"
SEND_EACH = "send each line of the scene once for each time that it occurs there"
OF_THIS_SCENE = f"{SEND_EACH}, and keep nothing of other scenes"


class Translator(Service):
    """Takes a time of its own for each line, and translates a line that comes again in another way."""

    latency = 1.0

    def __init__(self, translations: dict[str, list[str]], seconds: dict[str, float]) -> None:
        """`translations` are as many for each line as it will be asked for."""
        self._translations = {line: iter(each) for line, each in translations.items()}
        self.seconds = seconds

    @takes(lambda self, line: self.seconds.get(line, 1.0))
    def translate(self, line: str) -> str:
        if line not in self._translations:
            raise LookupError(f"{line!r} is no line of any scene")
        return next(self._translations[line], "")


@dataclass(frozen=True)
class Sketch:
    """One call of subtitles."""

    translator: Translator
    lines: Sequence[str]
    act: Act
    place: str
    """Which call it was, for the beginning of a message."""


@dataclass(frozen=True)
class Evening:
    """What the checks look at: some sketches, and the run in which they were translated."""

    sketches: Sequence[Sketch]
    run: Run
    is_timed: bool

    def sent(self, sketch: Sketch, line: str) -> Calls:
        """How often a line was sent to the service of a scene."""
        return self.run.calls.to(sketch.translator).given(line=line)

    def sharing(self, sketch: Sketch) -> list[Sketch]:
        """The sketches of which the same service translates lines."""
        shared = [other for other in self.sketches if other.translator is sketch.translator]
        return [other for other in shared if other.lines]

    def expect_lists(self) -> None:
        """Each scene ended with a list of as many texts as it has lines."""
        for sketch in self.sketches:
            if sketch.act.error is not None:
                raise sketch.act.explained()
            value, count = sketch.act.value, len(sketch.lines)
            seen = f"{sketch.place}a scene of {counted(count, 'line')} came back as"
            self.run.expect(
                isinstance(value, list) and all(isinstance(text, str) for text in value),
                f"{seen} {shown(value)}, which is no list of texts",
                advice="return a list with one text for each line; for no lines, an empty one",
            )
            advice = "each line has one place in the list: fill it once"
            if len(value) < count and "" not in value and "" in self._given(sketch):
                advice = TAKE_WHAT_COMES
            elif len(value) < count and len(value) == len(set(sketch.lines)):
                advice = "a line may stand in several places: give each of them a translation"
            self.run.expect(
                len(value) == count,
                f"{seen} {counted(len(value), 'translation')}: {shown(value)}",
                advice=advice,
            )

    def _given(self, sketch: Sketch) -> list[str]:
        """The translations that the service gave for lines of this scene."""
        lines = dict.fromkeys(sketch.lines)
        return [call.reply for line in lines for call in self.sent(sketch, line).done]

    def expect_translations(self) -> None:
        """In each place stands a translation of its line, and none was lost or used twice."""
        self.expect_lists()
        for sketch in self.sketches:
            for number, (line, text) in enumerate(
                zip(sketch.lines, sketch.act.value, strict=True), 1
            ):
                replies = [call.reply for call in self.sent(sketch, line).done]
                if text in replies:
                    continue
                if not replies:
                    self.run.fail(
                        f"{sketch.place}{line!r}, line {number} of {len(sketch.lines)}, was never translated; in its "
                        f"place stands {text!r}",
                        advice=OF_THIS_SCENE if sketch.place else SEND_EACH,
                    )
                seen = f"{sketch.place}{line!r}, line {number} of {len(sketch.lines)}, was translated as "
                seen += f"{replies[0]!r}; in its place stands {text!r}{self._whose(sketch, text)}"
                is_empty = "" in replies and not self._whose(sketch, text)
                self.run.fail(
                    seen + self._order(sketch),
                    at=self.sent(sketch, line).first,
                    advice=TAKE_WHAT_COMES
                    if is_empty
                    else EQUAL_LINES
                    if sketch.lines.count(line) > 1
                    else None,
                )
            for line in dict.fromkeys(sketch.lines):
                self._expect_no_loss(sketch, line)

    def _whose(self, sketch: Sketch, text: str) -> str:
        """Which other line is translated so, if one is."""
        for number, line in enumerate(sketch.lines, 1):
            if text in [call.reply for call in self.sent(sketch, line).done]:
                return f", the translation of line {number}"
        for call in self.run.calls.done:
            if call.reply == text:
                return ", a translation for another scene"
        return ""

    def _order(self, sketch: Sketch) -> str:
        """Whether the texts stand in the order of the replies, or in that in which the lines were sent."""
        calls = self.run.calls.to(sketch.translator).where(
            lambda call: not is_later(sketch.act.started, call.started)
        )
        replies = sorted(calls.done, key=lambda call: call.ended_order or 0)
        if sketch.act.value == [call.reply for call in replies]:
            return ". The translations stand in the order in which they came"
        if sketch.act.value == [call.reply for call in calls]:
            return (
                ". The translations stand in the order in which the tasks came to send their lines, and not in that in "
                "which they were started"
            )
        return ""

    def _expect_no_loss(self, sketch: Sketch, line: str) -> None:
        """All translations that the service has given for a line stand somewhere, and each only once."""
        replies = Counter(call.reply for call in self.sent(sketch, line).done)
        texts = Counter(
            text
            for each in self.sharing(sketch)
            for own, text in zip(each.lines, each.act.value, strict=True)
            if own == line
        )
        places, shared = sum(texts.values()), len(self.sharing(sketch))
        where = f"in {shared} calls with the same service, " if shared > 1 else sketch.place
        for text in texts:
            self.run.expect(
                texts[text] <= replies[text],
                f"{where}{line!r} stands in {counted(places, 'place')}, and was {_sent(sum(replies.values()))}; the "
                f"translation {text!r} came {often(replies[text])}, and stands in {counted(texts[text], 'place')}",
                at=self.sent(sketch, line).last,
                advice=EQUAL_LINES,
            )


def _sent(number: int) -> str:
    return f"sent {often(number)}" if number else "never sent"


@scene
def evenings(case: Case) -> Iterator[Evening]:
    """Up to three scenes, of which two may be equal: at the same time or one after another, the second by another
    service."""
    for world in case.explore(orders=True):
        longest = case.pick((3.0, 90.0, DAYS))
        first, second = _lines(case), _lines(case)
        texts = [case.pick((None, None, "Ha!", "")) for _ in range(len(LINES))]
        translators = []
        for _ in range(2):
            seconds = {line: case.duration(0.5, longest) for line in LINES}
            translations = {
                line: [
                    _text(case) if (text := texts[(place + number) % len(texts)]) is None else text
                    for number in range(2 * first.count(line) + 2 * second.count(line))
                ]
                for place, line in enumerate(LINES)
            }
            translators.append(world.add(Translator(translations, seconds)))
        one, other = translators
        planned = [(one, first), (other, second), (one, case.pick((first, second)))]
        planned = planned[: 1 + case.size(0, 2)]
        acts = [world.call("subtitles", translator, lines) for translator, lines in planned]
        for before, act in pairwise(acts):
            if case.pick((False, False, True)):
                act.after(before)
        run = world.attempt_all(*acts)
        sketches = []
        for number, ((translator, lines), act) in enumerate(zip(planned, acts, strict=True), 1):
            is_alone = not any(other for _, other in planned[: number - 1] + planned[number:])
            place = "" if is_alone else f"in call {number} of {len(acts)}, "
            sketches.append(Sketch(translator, lines, act, place))
        yield Evening(sketches, run, world.is_timed)


def _lines(case: Case) -> list[str]:
    """The lines of a scene, some of which stand in it more than once."""
    lines = case.distinct(LINES, MOST)
    for place in range(1, MOST):
        if case.pick((False, False, False, True)):
            lines[place] = lines[case.integer(0, place - 1)]
    return lines[: case.size(0, MOST - 5) + case.size(0, case.pick((5, 0)))]


def _text(case: Case) -> str:
    return "".join(case.random.sample("abdefgiklmnoprstuvz", k=6)).capitalize() + "."


@check(
    "Each translation stands where its line does, in whatever order they come",
    points=3,
    advice=OWN_PLACE,
)
def in_order(case: Case) -> None:
    for evening in evenings(case):
        evening.expect_translations()


@check(
    "All lines are sent at the moment of the call, and the list is returned with the last translation",
    points=2,
    advice=OWN_PLACE,
)
def overlap(case: Case) -> None:
    for evening in evenings(case):
        evening.expect_lists()
        for translator in dict.fromkeys(sketch.translator for sketch in evening.sketches):
            _expect_sent(evening, translator)
        evening.expect_translations()
        evening.run.expect_nothing_left()
        for sketch in evening.sketches if evening.is_timed else ():
            _expect_no_longer(evening, sketch)


def _expect_sent(evening: Evening, translator: Translator) -> None:
    """Each line was sent once for each of its places, at the moment of the call."""
    run = evening.run
    calls = run.calls.to(translator)
    sketches = [each for each in evening.sketches if each.translator is translator and each.lines]
    several = f"in {len(sketches)} calls with the same service, "
    where = sketches[0].place if len(sketches) == 1 else several if sketches else ""
    due: dict[str, list[float]] = {}
    for sketch in sketches:
        for line in sketch.lines:
            due.setdefault(line, []).append(sketch.act.started)
    for call in calls:
        run.expect(
            call.given["line"] in due,
            f"{call.given['line']!r} was sent to a service that translates no scene with such a line",
            at=call,
            advice="send the lines of a scene as they are, to the service of that scene",
        )
    for line, moments in due.items():
        sent = calls.given(line=line)
        run.expect(
            len(sent) == len(moments),
            f"{where}{line!r} stands in {counted(len(moments), 'place')}, and was {_sent(len(sent))}",
            at=sent.last,
            advice=OF_THIS_SCENE if where else SEND_EACH,
        )
        for call, moment in zip(sent, sorted(moments), strict=True):
            run.expect(
                same_time(call.started, moment),
                f"{where}{line!r} should have been sent at {moment:g} s, and was sent at {call.started:g} s",
                at=call,
                advice="start a task for each line before you wait for any translation",
                together=[[each] for each in calls],
                late=call,
            )


def _expect_no_longer(evening: Evening, sketch: Sketch) -> None:
    slowest = max((sketch.translator.seconds[line] for line in sketch.lines), default=0.0)
    took = f"{sketch.place}it took {sketch.act.elapsed:g} s"
    seen = f"{took} for no lines at all"
    if sketch.lines:
        seen = f"{took} for {counted(len(sketch.lines), 'line')}; the slowest translation takes {slowest:g} s"
    evening.run.expect(
        same_time(sketch.act.elapsed, slowest),
        seen,
        advice="wait for the translations of this scene, and for nothing else",
    )


@question
def two_lines(case: Case) -> str | None:
    world = case.world()
    lines = {"one": ["the first"], "two": ["the second"]}
    translator = world.add(Translator(lines, {"one": 3.0, "two": 1.0}))
    value = world.run("subtitles", translator, list(lines)).value
    if value == ["the first", "the second"]:
        return "in_order"
    if value == ["the second", "the first"]:
        return "by_arrival"
    return "one_is_lost" if value else "nothing_yet"
