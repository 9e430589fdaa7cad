"""Which works are reported as alike: copies in a disguise are, and what any two people write is not."""

import pytest

from checker.sweep.similarity import groups

STARTER = '''"""Fetch pages."""

import anyio


async def fetch_all(client, addresses):
    pages = []
    for address in addresses:
        pages.append(await client.get(address))
    return pages
'''

QUEUE = '''"""My answer."""

import anyio


class Fetcher:
    def __init__(self, client, workers):
        self.client = client
        self.workers = workers
        self.results = {}

    async def work(self, receiver):
        # Each worker takes what comes next.
        async for number, address in receiver:
            with anyio.move_on_after(30) as scope:
                self.results[number] = await self.client.get(address)
            if scope.cancelled_caught:
                self.results[number] = None

    async def run(self, addresses):
        sender, receiver = anyio.create_memory_object_stream(len(addresses))
        for item in enumerate(addresses):
            sender.send_nowait(item)
        sender.close()
        async with anyio.create_task_group() as group:
            for _ in range(self.workers):
                group.start_soon(self.work, receiver.clone())
        return [self.results[number] for number in range(len(addresses))]


async def fetch_all(client, addresses):
    return await Fetcher(client, 5).run(addresses)
'''

DISGUISED = '''from anyio import create_memory_object_stream as stream_of, create_task_group, move_on_after


class PageGetter:

    """Gets pages, entirely by myself."""

    def __init__(self, http: object, how_many: int) -> None:
        self.client = http; self.workers = how_many
        self.results: dict[int, bytes | None] = {}

    async def work(self, inbox) -> None:
        """Take one after the other."""
        async for (index, url) in inbox:
            with move_on_after(30) as patience:
                self.results[index] = (await self.client.get(url))
            if patience.cancelled_caught: self.results[index] = None

    async def run(self, urls: list[str]):
        outbox, inbox = stream_of(
            len(urls),
        )
        for pair in enumerate(urls):
            outbox.send_nowait(pair)

        outbox.close()
        async with create_task_group() as nursery:
            for each in range(self.workers):  # five of them
                nursery.start_soon(self.work, inbox.clone())
        return [self.results[index] for index in range(len(urls))]


async def fetch_all(http, urls): return await PageGetter(http, 5).run(urls)
'''

SLOTS = """import anyio


async def fetch_all(client, addresses):
    pages = [b""] * len(addresses)
    limit = anyio.Semaphore(8)
    failed = anyio.Event()

    async def fetch(place):
        try:
            async with limit:
                if not failed.is_set():
                    pages[place] = await client.get(addresses[place])
        except ConnectionError:
            failed.set()
            raise RuntimeError("the network is down") from None

    async with anyio.create_task_group() as group:
        for place, address in enumerate(addresses):
            if address.startswith("https://"):
                group.start_soon(fetch, place)
    return [page.decode("utf-8", "replace") for page in pages]
"""

SHORT = """import anyio


async def fetch_all(client, addresses):
    return await anyio.amap(client.get, addresses)
"""


def names(works: dict[str, str]) -> list[set[str]]:
    return [set(group.names) for group in groups(works, STARTER)]


def test_a_copy_with_other_names_comments_annotations_and_layout_is_found():
    (group,) = groups({"ann": QUEUE, "bob": SLOTS, "cem": DISGUISED}, STARTER)
    assert group.names == ("ann", "cem")
    assert group.similarity >= 0.8
    assert not group.identical
    assert group.own > 24


def test_files_that_are_the_same_to_the_letter_are_told_from_those_that_are_not():
    renamed = QUEUE.replace("scope", "patience")
    same, other = (
        groups({"ann": QUEUE, "bob": QUEUE}, STARTER),
        groups({"ann": QUEUE, "bob": renamed}, STARTER),
    )
    assert [(group.similarity, group.identical) for group in same + other] == [
        (1.0, True),
        (1.0, False),
    ]


def test_different_answers_are_not_alike():
    assert groups({"ann": QUEUE, "bob": SLOTS}, STARTER) == []


def test_a_small_change_to_a_copy_leaves_it_alike_but_not_the_same():
    changed = QUEUE.replace("self.results[number] = None", "raise TimeoutError(address)")
    (group,) = groups({"ann": QUEUE, "bob": changed}, STARTER)
    assert 0.8 <= group.similarity < 1


def test_what_the_starter_has_makes_nobody_alike():
    assert groups({"ann": QUEUE, "bob": QUEUE}, QUEUE) == []
    untouched = {"ann": STARTER, "bob": STARTER + "\n\n"}
    assert groups(untouched, STARTER) == []


def test_short_answers_say_nothing():
    assert groups({"ann": SHORT, "bob": SHORT}, STARTER) == []


OWN_WORK = """

class Part{n}:
    def __init__(self, first, second, third):
        self.value_{n} = [first, {n}, second, {n} + 1, third]

    def step_{n}(self, x):
        if x.flag_{n} and not x.done_{n}:
            return x.get_{n}(self.value_{n}, {n}) + x.rest_{n}
        for item in x.all_{n}(self):
            item.close_{n}(x, first=x.name_{n}, second=item.size_{n})
        return x.none_{n}
"""


def test_a_part_that_very_many_have_says_nothing():
    works = {f"student {n}": QUEUE + OWN_WORK.format(n=n) for n in range(40)}
    assert groups(works, STARTER) == []
    few = {f"student {n}": QUEUE if n < 3 else SLOTS + OWN_WORK.format(n=n) for n in range(40)}
    assert names(few) == [{"student 0", "student 1", "student 2"}]


@pytest.mark.parametrize("copies", [2, 10, 11, 30])
def test_whole_copies_are_found_however_many_there_are(copies):
    works = {f"copy {n}": QUEUE.replace("scope", f"scope_{n}") for n in range(copies)}
    works |= {f"student {n}": STARTER + OWN_WORK.format(n=n) for n in range(30 - copies)}
    (group,) = groups(works, STARTER)
    assert group.names == tuple(f"copy {n}" for n in range(copies))
    assert (group.similarity, group.identical) == (1.0, False)


def test_many_who_hand_in_a_solution_of_the_course_are_not_told():
    works = {f"student {n}": QUEUE for n in range(30)}
    assert len(groups(works, STARTER, [SLOTS])) == 1
    assert groups(works, STARTER, [SLOTS, QUEUE]) == []


def test_whose_work_cannot_be_compared_is_told():
    dotted = QUEUE + "\ntry:\n    import " + ".".join("a" * 250) + "\nexcept ImportError: pass\n"
    left: list[str] = []
    assert groups({"ann": dotted, "bob": QUEUE, "cem": SLOTS}, STARTER, not_compared=left) == []
    assert left == ["ann"]
    (group,) = groups({"ann": dotted, "bob": dotted}, STARTER)
    assert (group.names, group.identical) == (("ann", "bob"), True)


def test_names_stand_in_the_order_in_which_they_came_and_the_surest_group_first():
    changed = SLOTS.replace("Semaphore(8)", "Semaphore(8, fast_acquire=True)")
    found = groups({"zoe": QUEUE, "eve": SLOTS, "ann": QUEUE, "dan": changed}, STARTER)
    assert [group.names for group in found] == [("zoe", "ann"), ("eve", "dan")]


def test_the_same_works_make_the_same_groups():
    works = {f"student {n}": [QUEUE, DISGUISED, SLOTS][n % 3] for n in range(9)}
    assert groups(works, STARTER) == groups(works, STARTER)


def test_a_copy_that_does_not_parse_is_found_all_the_same():
    broken = QUEUE.replace("def run(self, addresses):", "def run(self, addresses)")
    assert names({"ann": QUEUE, "bob": broken}) == [{"ann", "bob"}]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\ud800 = 1",
        "def f(:\n" * 50,
        "(" * 5000,
        "-" * 100_000 + "1",
        '"""never closed\n' + QUEUE,
        "x = '" + "\\" * 999,
        "ℕ = ﬁ = 𝟙 = 1\n" * 40,
        "from\nimport as, as as\nimport" * 30,
    ],
    ids=range(10),
)
def test_no_file_is_too_strange(text):
    found = groups({"ann": text, "bob": QUEUE, "cem": text, "dan": QUEUE}, STARTER)
    assert {"bob", "dan"} in [set(group.names) for group in found]
    groups({"ann": QUEUE, "bob": QUEUE}, text)


def test_nobody_is_alike_alone():
    assert groups({}, STARTER) == groups({"ann": QUEUE}, STARTER) == []


def test_a_thousand_works_are_compared():
    works = {
        f"student {n}": "".join(
            f"def part_{m}(x):\n    return x.method_{(n * 7919 + m * 31) % 9973}(x, {m}) + {n}\n"
            for m in range(12)
        )
        for n in range(1000)
    }
    works["a copy"] = works["student 500"].replace("part_", "piece_")
    assert {"student 500", "a copy"} in names(works)
