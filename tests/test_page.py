"""The page of a run: what it says, what it does under a reader's hands, and that nothing in a
submission can make it do anything else."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.feedback.page import render
from checker.recording import (
    Lane,
    Mark,
    Moment,
    Place,
    Playback,
    Primitive,
    Print,
    Recording,
    Sentence,
    ServiceState,
    Span,
    Value,
)

from .browser import needs_browser, probe

SOURCE = """import anyio


async def deposit(account, amount):
    balance = await account.read()
    await account.write(balance + amount)


async def deposit_all(accounts, deposits):
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount)
"""


def recorded(backend: str = "asyncio", **changes) -> Recording:
    lanes = (
        Lane(
            "task",
            1,
            "deposit_all",
            None,
            0,
            0.31,
            False,
            (Span("wait", "its task group, where task 2 is still running", 10, 0, 0.31, "done"),),
        ),
        Lane(
            "task",
            2,
            "deposit",
            1,
            0,
            0.2,
            False,
            (
                Span("call", "read()", 5, 0, 0.08, "done", ("read() -> 427", "read()")),
                Span("call", "write()", 6, 0.08, 0.2, "done", ("write(527)", "write()")),
            ),
        ),
        Lane(
            "task",
            3,
            "deposit",
            1,
            0,
            0.31,
            False,
            (
                Span("call", "read()", 5, 0, 0.11, "done", ("read() -> 427", "read()")),
                Span("call", "write()", 6, 0.11, 0.31, "failed", ("write(477)", "write()")),
            ),
            (Mark("error", "ValueError: overdrawn", 6, 0.31),),
        ),
        Lane("task", 4, "idle", 1, 0, 0, False),
    )
    fields = {
        "exercise": "locks_and_limits/lost_update",
        "title": "The lost deposit",
        "check": "No deposit is lost",
        "backend": backend,
        "token": "7f3a9c",
        "passed": False,
        "message": "the account ends with 477, and should end with 577",
        "file": "exercises/locks_and_limits/lost_update/exercise.py",
        "source": SOURCE,
        "elapsed": 0.31,
        "lanes": lanes,
        "story": (
            Sentence(0, "two tasks ask for the balance", 5),
            Sentence(0.11, "task 3 is told 427 as well", 5, True),
        ),
        "prints": (Print(0.2, "paid in"),),
    }
    return Recording(**(fields | changes))


def stands(number: int, line: int, waits: str, **values: str) -> Place:
    named = tuple(Value(name, text) for name, text in values.items())
    return Place("task", number, line, (10,) if number > 1 else (), waits, named)


def moments() -> tuple[Moment, ...]:
    """A run of four steps, of which the third is where it went wrong."""
    main = stands(1, 10, "waits for its task group", index="1")
    asks, told = stands(2, 5, "waits for read()", amount="1"), stands(2, 6, "waits for write()")
    told = stands(2, 6, "waits for write()", amount="1", balance="427")
    free = Primitive("Lock", "lock", "", (2,), (), ())
    held = Primitive("Lock", "lock", "", (2,), (3,), ())
    before = ServiceState("Account", (Value("balance", "427"),))
    after = ServiceState("Account", (Value("balance", "428"),))
    other = stands(3, 5, "waits for a Lock, held by task 2")
    return (
        Moment(0, "two tasks start", 10, False, "task", 1, (main,), (), (before,)),
        Moment(0.08, "task 2 reads", 5, False, "task", 2, (main, asks), (free,), (before,)),
        Moment(
            0.11, "task 3 is told 427", 5, True, "task", 3, (main, told, other), (held,), (before,)
        ),
        Moment(0.31, "it is over", None, False, "task", 1, (), (), (after,)),
    )


def pictured(backend: str = "asyncio", **changes) -> Recording:
    """A recording that knows how things stood at each step."""
    return recorded(backend, **({"playback": Playback(moments(), (), ())} | changes))


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text without style and script."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._within = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._within = tag

    def handle_endtag(self, tag):
        self._within = ""

    def handle_data(self, data):
        if self._within not in ("style", "script"):
            self.words += data

    def find(self, tag: str, part: str = "") -> list[dict[str, str | None]]:
        """The attributes of all these tags whose class has this word in it."""
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and (not part or part in (attributes.get("class") or "").split())
        ]


# --- what it says -------------------------------------------------------------------------------


def test_it_shows_the_run_the_verdict_and_how_to_see_it_again():
    words = Page(render([recorded()])).words
    for said in (
        "locks_and_limits/lost_update",
        "The lost deposit",
        "No deposit is lost",
        "failed",
        "should end with 577",
        "task 3 is told 427 as well",
        "paid in",
        "checker run lost_update --replay 7f3a9c",
    ):
        assert said in words


def test_it_shows_both_backends_beside_each_other():
    page = Page(render([recorded(), recorded("trio", passed=True, message="")]))
    cards = page.find("article")
    assert [card["class"] for card in cards] == ["card failed chosen", "card passed"]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_same_recordings_make_the_same_page():
    assert render([recorded()]) == render([recorded()])


def test_a_page_of_nothing_says_so():
    assert "No run to show" in Page(render([])).words


def test_every_span_and_mark_has_a_sentence_for_its_name():
    names = [item["aria-label"] for item in Page(render([recorded()])).find("a", "item")]
    assert "task 2 (deposit): a call, write(527), line 6, from 0.08 s to 0.2 s, done" in names
    assert "task 3 (deposit): an error, ValueError: overdrawn, line 6, at 0.31 s" in names
    assert len(names) == 6


def test_the_table_tells_the_same_facts():
    words = " ".join(Page(render([recorded()])).words.split())
    assert "task 2 (deposit)a callwrite(527)60.08 s0.2 sdone" in words
    assert "task 4 (idle), started by task 1, from 0 s to 0 swaited for nothing" in words


def test_the_key_sentences_stand_out():
    page = Page(render([recorded()]))
    assert len(page.find("li", "key")) == 1
    assert page.words.count("Here it went wrong") == 1


def test_every_link_leads_to_something_on_the_page_itself():
    page = Page(render([recorded(), recorded("trio")]))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = [attributes["href"] for _, attributes in page.tags if attributes.get("href")]
    assert len(links) > 10
    assert all(link.removeprefix("#") in ids for link in links)


def test_a_line_that_the_file_does_not_have_is_no_link():
    lane = Lane("task", 1, "main", None, 0, 1, False, (Span("call", "f()", 99, 0, 1, "done"),))
    page = Page(render([recorded(lanes=(lane,), story=())]))
    assert [item.get("href") for item in page.find("a", "item")] == [None]
    assert "line 99" in page.find("a", "item")[0]["aria-label"]


# --- what it does not do ------------------------------------------------------------------------


def policy_of(source: str) -> dict[str, str]:
    metas = Page(source).find("meta")
    said = next(meta["content"] for meta in metas if "http-equiv" in meta)
    return {
        name: rest for name, _, rest in (part.strip().partition(" ") for part in said.split(";"))
    }


def test_its_policy_admits_its_own_style_and_script_and_nothing_else():
    source = render([recorded()])
    policy = policy_of(source)
    assert policy.pop("default-src") == "'none'"
    for name in ("style", "script"):
        (text,) = re.findall(f"<{name}>(.*?)</{name}>", source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert policy == {"base-uri": "'none'", "form-action": "'none'"}


def test_it_refers_to_nothing_outside_of_itself():
    page = Page(render([recorded()]))
    for _, attributes in page.tags:
        assert not {"src", "srcset", "action", "style", "data", "ping"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    assert not page.find("link")
    assert not re.search(r"url\((?!#)", render([recorded()]))


HOSTILE = [
    "<script>document.title = 'taken'</script>",
    "</script><script>document.title = 'taken'</script>",
    "</title></style></svg><img src=x onerror=\"document.title = 'taken'\">",
    '" onfocus="document.title=\'taken\'" autofocus x="',
    "' onmouseover='document.title=1' '",
    "{{ 7 * 7 }}{% raw %}",
    "]]><!-- -->&lt;b&gt;&#60;",
    "\u202edetropme\u2066\x00\x1b[31m\ud800",
]


def hostile(text: str) -> Recording:
    """A recording that has this text wherever there can be one."""
    span = Span("call", text, 1, 0, 1, "done", (text,))
    place = Place("task", 1, 1, (1,), text, (Value(text, text),))
    primitive = Primitive(text, text, text, (1,), (1,), (1,))
    service = ServiceState(text, (Value(text, text),))
    moment = Moment(1, text, 1, True, "task", 1, (place,), (primitive,), (service,))
    return Recording(
        text, text, text, text, text, False, text, text, text, 1,
        (Lane("task", 1, text, None, 0, 1, False, (span,), (Mark("error", text, 1, 1),)),),
        (Sentence(1, text, 1, True),),
        (Print(1, text),),
        playback=Playback((moment, moment), (), ()),
    )  # fmt: skip


def shape(source: str) -> list[tuple[str, list[str]]]:
    return [(tag, sorted(attributes)) for tag, attributes in Page(source).tags]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text):
    source = render([hostile(text)])
    harmless = render([hostile("x" + "\n" * text.count("\n"))])
    assert shape(source) == shape(harmless)
    source.encode()
    assert "\u202e" not in source
    assert "\x1b" not in source


@given(st.text(alphabet=st.characters(exclude_characters="\r\n"), min_size=1, max_size=40))
def test_no_text_changes_the_shape_of_the_page(text):
    assert shape(render([hostile("x" + text)])) == shape(render([hostile("x")]))


# --- in a browser -------------------------------------------------------------------------------

HELPERS = """
const point = (element, type) => element.dispatchEvent(
    new PointerEvent(type, { bubbles: type === "pointerover" || type === "pointerout" }));
const named = () => document.activeElement.getAttribute("aria-label");
const width = () => one(".lanes").getBoundingClientRect().width;
"""


def found_in(folder: Path, page: str, script: str, *flags: str) -> dict[str, Any]:
    return probe(folder, page, HELPERS + script, *flags)


@needs_browser
def test_arrow_keys_go_from_span_to_span_and_from_lane_to_lane(tmp_path):
    found = found_in(
        tmp_path,
        render([recorded()]),
        """
        found.stops = all('.item[tabindex="0"]').length;
        one('.item[tabindex="0"]').focus();
        found.first = named();
        press("ArrowDown"); found.down = named();
        press("ArrowRight"); found.right = named();
        press("ArrowRight"); found.end = named();
        press("ArrowDown"); found.below = named();
        press("ArrowRight"); press("Home"); found.home = named();
        press("End"); found.mark = named();
        press("ArrowUp"); press("ArrowUp"); found.top = named();
        found.left = all('.item[tabindex="0"]').length;
        """,
    )
    assert found["stops"] == found["left"] == 1
    assert "task 1 (deposit_all)" in found["first"]
    assert "task 2 (deposit): a call, read()" in found["down"]
    assert "write(527)" in found["right"]
    assert found["end"] == found["right"]
    assert "task 3 (deposit): a call, read()" in found["below"]
    assert found["home"] == found["below"]
    assert "an error" in found["mark"]
    assert found["top"] == found["first"]


@needs_browser
def test_a_span_in_focus_or_under_the_pointer_tells_its_details_and_lights_its_line(tmp_path):
    found = found_in(
        tmp_path,
        render([recorded()]),
        """
        const item = one("#r0-1-1");
        const lit = () => all(".source .lit").map((line) => line.id);
        const tip = () => one("#tooltip").classList.contains("hidden") ? "" : one("#tooltip").textContent;
        point(item, "pointerover"); found.hover = [tip(), lit()];
        point(item, "pointerout"); found.left = [tip(), lit(), one("title", item).textContent];
        item.focus(); found.focus = [tip(), lit()];
        press("Escape"); found.escape = [tip(), lit()];
        """,
    )
    tip, lit = found["hover"]
    assert tip.startswith("write(527)")
    assert "0.08 s to 0.2 s (0.12 s)" in tip
    assert "await account.write(balance + amount)" in tip
    assert lit == ["r0-L6"]
    assert found["focus"] == found["hover"]
    assert found["left"][:2] == found["escape"] == ["", []]
    assert found["left"][2].startswith("write(527)")


@needs_browser
def test_a_line_of_the_source_lights_its_spans_and_a_sentence_its_line_and_instant(tmp_path):
    found = found_in(
        tmp_path,
        render([recorded(), recorded("trio")]),
        """
        const lit = (kind) => all(`${kind}.lit`).map((each) => each.id);
        point(one("#r1-L5"), "pointerenter"); found.line = lit(".item");
        point(one("#r1-L5"), "pointerleave"); found.left = lit(".item");
        one("#r0-L6 a").focus(); found.focus = lit(".item");
        one("#r0-L6 a").blur();
        point(one("#r0 .story .key"), "pointerenter");
        found.sentence = [lit(".source div"), one("#r0 .cursor").classList.contains("on")];
        """,
    )
    assert found["line"] == ["r1-1-0", "r1-2-0"]
    assert found["left"] == []
    assert found["focus"] == ["r0-1-1", "r0-2-1", "r0-2-2"]
    assert found["sentence"] == [["r0-L5"], True]


@needs_browser
def test_keys_buttons_and_the_wheel_zoom(tmp_path):
    found = found_in(
        tmp_path,
        render([recorded()]),
        """
        const widths = [width()];
        const step = (act) => { act(); widths.push(width()); };
        one(".item").focus();
        step(() => press("+"));
        step(() => press("-"));
        step(() => one('[data-do="in"]').click());
        step(() => press("0"));
        step(() => one(".chart").dispatchEvent(new WheelEvent("wheel", { deltaY: -120, ctrlKey: true, cancelable: true })));
        step(() => one('[data-do="reset"]').click());
        step(() => one(".chart").dispatchEvent(new WheelEvent("wheel", { deltaY: -120, cancelable: true })));
        step(() => press("+", { ctrlKey: true }));
        found.widths = widths.map(Math.round);
        """,
    )
    start, plus, minus, button, zero, wheel, reset, plain_wheel, browsers_own = found["widths"]
    assert plus == button > start
    assert wheel > start
    assert start == minus == zero == reset == plain_wheel == browsers_own


@needs_browser
def test_true_time_is_true_to_scale_and_the_even_axis_shows_every_instant(tmp_path):
    spans = (
        Span("call", "a()", 5, 0, 0.001, "done"),
        Span("call", "b()", 5, 0.001, 1000, "done"),
        Span("call", "c()", 5, 1000, 3000, "done"),
    )
    lane = Lane("task", 1, "main", None, 0, 3000, False, spans)
    found = found_in(
        tmp_path,
        render([recorded(lanes=(lane,), elapsed=3000.0, story=(), prints=())]),
        """
        const widths = () => all(".item rect").map((rect) => frame(rect).width);
        found.even = widths();
        one('[data-do="true"]').click(); found.true = widths();
        found.pressed = all("[aria-pressed]").map((each) => each.getAttribute("aria-pressed"));
        one('[data-do="even"]').click(); found.again = widths();
        """,
    )
    assert min(found["even"]) >= 5
    assert found["again"] == pytest.approx(found["even"], abs=0.5)
    assert found["true"][2] == pytest.approx(2 * found["true"][1], rel=0.05)
    assert 0 < found["true"][0] < 8
    assert found["pressed"] == ["false", "true"]


@needs_browser
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_nothing_in_a_browser(tmp_path, text):
    found = found_in(
        tmp_path,
        render([hostile(text)]),
        """
        const title = document.title;
        for (const item of all(".item")) { item.focus(); point(item, "pointerover"); point(item, "pointerout"); }
        for (const key of ["ArrowRight", "Home", "w"]) press(key);
        found.shown = all(".values dd").length;
        found.title = document.title === title && title !== "taken";
        found.strange = all("img, b.x, [onfocus], [onmouseover], [onerror]").length;
        found.spans = all(".item").length;
        """,
    )
    assert found == {"title": True, "strange": 0, "spans": 2, "shown": 2}


@needs_browser
def test_an_inline_script_that_is_not_its_own_does_not_run_and_no_request_leaves(tmp_path):
    added = "<script>document.title = 'taken'</script><img id=pixel src='pixel.svg'>"
    source = render([recorded()]).replace("<main ", f"{added}<main ", 1)
    (tmp_path / "pixel.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' width='7'/>")
    found = found_in(
        tmp_path,
        source,
        "found.title = document.title; found.width = one('#pixel').naturalWidth;",
    )
    assert found["title"] != "taken"
    assert found["width"] == 0


@needs_browser
@pytest.mark.parametrize(("columns", "count"), [("1920", 2), ("1280", 1), ("390", 1)])
def test_two_runs_stand_side_by_side_or_one_of_them_where_there_is_no_room(
    tmp_path, columns, count
):
    found = found_in(
        tmp_path,
        render([pictured(), pictured("trio")]),
        """
        const seen = () => all(".card").filter((card) => card.checkVisibility()).map((card) => card.id);
        found.seen = seen();
        found.columns = new Set(all(".card").filter((card) => card.checkVisibility())
            .map((card) => Math.round(frame(card).left))).size;
        found.over = document.documentElement.scrollWidth - innerWidth;
        one('[data-card="r1"]').click();
        found.other = seen();
        found.pressed = all("[data-card]").map((each) => each.getAttribute("aria-pressed"));
        """,
        f"--window-size={columns},900",
    )
    assert found["columns"] == len(found["seen"]) == count
    assert found["over"] <= 0
    assert found["other"] == (["r0", "r1"] if count == 2 else ["r1"])
    assert found["pressed"] == ["false", "true"]


@needs_browser
@pytest.mark.parametrize("scheme", ["0", "1"], ids=["dark", "light"])
def test_every_text_has_enough_contrast_in_the_dark_and_in_the_light(tmp_path, scheme):
    found = found_in(
        tmp_path,
        render([recorded()]),
        """
        found.dark = matchMedia("(prefers-color-scheme: dark)").matches;
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const rgb = (colour, under) => {
            canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
            canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const light = (channels) => {
            const [r, g, b] = channels.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const contrast = (one, other, under) => {
            const [a, b] = [light(rgb(one, under)), light(rgb(other, under))].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
        };
        const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
                const colour = getComputedStyle(at).backgroundColor;
                if (!/, 0\\)$|transparent/.test(colour)) return colour;
            }
        };
        found.low = [];
        for (const element of all("body *")) {
            const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            if (!own || !element.checkVisibility() || element.closest("script, .tooltip, title")) continue;
            const style = getComputedStyle(element), ground = behind(element);
            const text = element.closest("svg") ? style.fill : style.color;
            const bar = element.closest(".item")?.querySelector("rect");
            const fill = bar && getComputedStyle(bar).fill;
            const under = fill && !fill.startsWith("url") ? fill : ground;
            const ratio = contrast(text, under, ground);
            if (ratio < 4.5) found.low.push([element.outerHTML.slice(0, 80), text, under, ratio]);
        }
        """,
        f"--blink-settings=preferredColorScheme={scheme}",
    )
    assert found == {"dark": scheme == "0", "low": []}


@needs_browser
def test_a_page_of_five_thousand_spans_works(tmp_path):
    lanes = tuple(
        Lane(
            "task",
            number,
            "fetch",
            1,
            0,
            50,
            False,
            tuple(
                Span("call", "get()", 5, at + number / 200, at + 1, "done", (f"get({at})",))
                for at in range(50)
            ),
        )
        for number in range(1, 101)
    )
    found = found_in(
        tmp_path,
        render([recorded(lanes=lanes, elapsed=50.0)]),
        """
        found.items = all(".item").length;
        const before = width();
        one('[data-do="in"]').click(); found.wider = width() > before;
        one('[data-do="true"]').click();
        one("#r0-99-49").focus(); found.name = named();
        """,
    )
    assert found["items"] == 5000
    assert found["wider"]
    assert "task 100 (fetch)" in found["name"]


# --- the player ---------------------------------------------------------------------------------

STATE = """
const texts = (selector) => all(selector).map((each) => each.textContent.trim());
const state = () => ({
    step: Number(one(".scrub input").value) + 1,
    said: one(".now").textContent.replace(/\\s+/g, " ").trim(),
    lines: Object.fromEntries(all(".source > div").filter((line) => one(".chip", line))
        .map((line) => [line.id.slice(4), all(".chip", line).map((chip) => chip.textContent).join(" ")])),
    here: all(".source .here").map((line) => line.id),
    tasks: texts(".places .who"),
    changed: texts(".changed code"),
    primitives: texts(".primitives > li").map((text) => text.replace(/\\s+/g, " ")),
    services: texts(".services > li"),
});
"""


def played(folder: Path, script: str, *flags: str, page: str | None = None) -> dict[str, Any]:
    return found_in(folder, page or render([pictured()]), STATE + script, *flags)


@needs_browser
def test_keys_step_through_a_run_and_everything_keeps_up(tmp_path):
    found = played(
        tmp_path,
        """
        found.opened = state().step; press("Home"); found.first = state();
        press("ArrowRight"); found.second = state();
        press("w"); found.wrong = state();
        press("End"); found.last = state();
        press("ArrowRight"); found.beyond = state().step;
        press("ArrowLeft"); found.back = state().step;
        press("Home"); press("ArrowLeft"); found.home = state().step;
        """,
    )
    assert found["opened"] == 3  # Where it went wrong.
    first, second, wrong, last = (found[name] for name in ("first", "second", "wrong", "last"))
    assert first["said"] == "Step 1 of 4 0 s two tasks start"
    assert first["lines"] == {"10": "1"}
    assert second["said"] == "Step 2 of 4 0.08 s task 2 reads"
    assert second["lines"] == {"5": "2", "10": "1"}
    assert second["here"] == ["r0-L5"]
    assert second["tasks"] == ["task 1 (deposit_all)", "task 2 (deposit)"]
    assert second["primitives"] == ["Lock lock (new)held by 2"]
    assert wrong["step"] == 3
    assert wrong["lines"] == {"5": "3", "6": "2", "10": "1"}
    assert wrong["changed"] == ["427", "lock"]
    assert wrong["primitives"] == ["Lock lock (changed)held by 2 waits: 3"]
    assert last["services"] == ["Accountbalance428changed"]
    assert last["lines"] == {}
    assert (found["beyond"], found["back"], found["home"]) == (4, 3, 1)


@needs_browser
def test_space_plays_to_the_end_and_pauses(tmp_path):
    found = played(
        tmp_path,
        """
        const label = () => one(".toggle").getAttribute("aria-label");
        const until = async (there) => {
            for (let n = 0; n < 400 && !there(); n++) await new Promise((done) => setTimeout(done, 50));
        };
        one(".speed select").value = "5";
        found.still = label();
        press(" "); found.playing = label();
        await until(() => state().step === 2);
        press(" "); found.paused = [label(), state().step];
        press(" ");
        await until(() => label() === found.still);
        found.end = [label(), state().step];
        press(" "); found.again = [label(), state().step];
        """,
    )
    assert (found["still"], found["playing"]) == ("Play", "Pause")
    assert found["paused"] == ["Play", 2]
    assert found["end"] == ["Play", 4]
    assert found["again"] == ["Pause", 1]


@needs_browser
def test_the_scrubber_the_timeline_and_the_story_lead_to_their_steps(tmp_path):
    found = played(
        tmp_path,
        """
        const range = one(".scrub input");
        range.value = 2; range.dispatchEvent(new Event("input", { bubbles: true }));
        found.scrubbed = [state().step, range.getAttribute("aria-valuetext")];
        const box = frame(one(".lanes"));
        const click = (x) => one(".lanes").dispatchEvent(new MouseEvent("click", { clientX: x, bubbles: true }));
        click(box.left); found.left = state().step;
        click(box.right); found.right = state().step;
        one("#r0-1-0").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
        found.item = state().step;
        found.hash = location.hash;
        const x = () => one(".playhead").getAttribute("x1");
        press("Home"); const start = x(); press("End"); found.moved = x() !== start;
        one('[data-do="true"]').click(); found.kept = one(".playhead").getAttribute("x1") === x();
        """,
    )
    assert found["scrubbed"] == [3, "Step 3 of 4, 0.11 s: task 3 is told 427"]
    assert (found["left"], found["right"], found["item"]) == (1, 4, 1)
    assert found["hash"] == ""
    assert found["moved"]
    assert found["kept"]


@needs_browser
def test_what_has_another_use_for_a_key_keeps_it(tmp_path):
    found = played(
        tmp_path,
        """
        press("Home");
        one(".item").focus(); press("ArrowRight"); found.item = state().step;
        one("summary").focus(); press(" "); found.summary = one(".player").classList.contains("playing");
        one(".speed select").focus(); press("End"); found.select = state().step;
        document.activeElement.blur();
        press("ArrowRight", { ctrlKey: true }); found.ctrl = state().step;
        """,
    )
    assert found == {"item": 1, "summary": False, "select": 1, "ctrl": 1}


@needs_browser
def test_a_run_that_was_not_pictured_is_stepped_through_by_its_story(tmp_path):
    found = played(
        tmp_path,
        "press('End'); found.last = state(); found.tasks = texts('.places');",
        page=render([recorded()]),
    )
    assert found["last"]["said"] == "Step 2 of 2 0.11 s task 3 is told 427 as well"
    assert found["last"]["here"] == ["r0-L5"]
    assert found["tasks"] == ["Nobody saw that of this run."]


@needs_browser
@pytest.mark.parametrize("columns", ["390", "1280", "1920"])
def test_hundreds_of_steps_of_forty_five_tasks_stay_within_the_page(tmp_path, columns):
    lanes = tuple(
        Lane("task", number, f"fetch_number_{number}", 1, 0, 400, False) for number in range(1, 46)
    )
    places = tuple(stands(number, 5, "waits for read()", n="1") for number in range(1, 46))
    many = tuple(
        Moment(n, f"step {n}", 5, n == 300, "task", n % 45 + 1, places, (), ()) for n in range(400)
    )
    found = played(
        tmp_path,
        """
        press("w"); found.step = state().step;
        found.over = document.documentElement.scrollWidth - innerWidth;
        found.lines = state().lines;
        const list = one(".places"), acts = one(".places .acts");
        found.acts = one(".who", acts).textContent;
        found.seen = frame(acts).top >= frame(list).top - 1 && frame(acts).bottom <= frame(list).bottom + 1;
        const name = one(".names .acts"), chart = one(".chart");
        found.lane = frame(name).top >= frame(chart).top && frame(name).bottom <= frame(chart).bottom;
        """,
        f"--window-size={columns},900",
        page=render([pictured(lanes=lanes, elapsed=400.0, playback=Playback(many, (), ()))]),
    )
    assert found["step"] == 301
    assert found["over"] <= 0
    assert found["lines"] == {"5": "31 1"}
    assert found["acts"] == "task 31 (fetch_number_31)"
    assert found["seen"]
    assert found["lane"]
