"""A program that never ended is told the line on which its loop begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.judge.loops import endless_loop

SOURCE = b"""\
import anyio

def helper(n):
    for i in range(n):
        x = i

async def main():
    total = 0
    while total >= 0:
        for n in range(3):
            helper(n)
            total += n

        if total > 5:
            while(True):
                total -= 1
    return total

for line in open("x"):
    pass

async def stream(items):
    async for item in items:
        print(item)
"""


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([12], 9),  # in a loop in a loop: the outermost
        ([9], 9),  # on the header itself
        ([5, 11], 9),  # in a function that the loop calls
        ([4, 11], 9),
        ([16], 9),
        ([15], 9),
        ([5], 4),  # in a `for` loop, where there is no `while`
        ([20], 19),
        ([24], 23),
        ([17], 17),  # in no loop: the line itself
        ([3, 17], 17),
        ([8], 8),
        ([], None),
        ([0], None),  # No such line: somebody made it up.
        ([10_000], None),
        ([10_000, 17], 17),
    ],
)
def test_the_line_on_which_the_outermost_loop_begins_is_found(lines, found):
    assert endless_loop(SOURCE, lines) == found


def test_a_loop_does_not_reach_into_a_function_that_stands_in_it():
    source = b"while x:\n    def f():\n        y = 1\n"
    assert endless_loop(source, [3]) == 3


def test_a_while_loop_is_suspected_before_a_for_loop_that_is_further_out():
    source = b"def g():\n    while 1:\n        pass\ndef f():\n    for x in y:\n        g()\n"
    assert endless_loop(source, [3, 6]) == 2


def test_the_loop_of_the_outermost_frame_is_suspected_first():
    source = b"def g():\n    while 1:\n        pass\ndef f():\n    while 2:\n        g()\n"
    assert endless_loop(source, [3, 6]) == 5


def test_blank_lines_and_deeper_lines_do_not_end_a_loop():
    source = b"while 1:\n    if x:\n        y\n\n    z = (\n1)\n    w\n"
    assert endless_loop(source, [3]) == 1


@pytest.mark.parametrize(
    "source", [b"", b"\xff\xfe\x00", b"\n" * 50, b"while True: pass", b"\t" * 9]
)
def test_no_source_is_too_odd(source):
    assert endless_loop(source, [1]) in (None, 1)


@given(source=st.binary(max_size=300), lines=st.lists(st.integers(0, 12), max_size=4))
def test_whatever_the_source_the_answer_is_a_line_of_it_or_none(source, lines):
    found = endless_loop(source, lines)
    there = range(1, len(source.splitlines()) + 1)
    assert found in there if set(lines) & set(there) else found is None


def test_a_form_feed_ends_no_line():
    assert endless_loop(b"\x0c\nx = '\x0c\x85'\nwhile x:\n    x\n", [4]) == 3
