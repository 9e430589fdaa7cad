"""A stranger's text does nothing where it is shown, and is otherwise left as it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.harmless import cell, printable


@given(text=st.text())
def test_what_is_printable_does_nothing_to_a_terminal(text):
    shown = printable(text)
    assert printable(shown) == shown
    for char in shown:
        category = unicodedata.category(char)
        assert char == "\n" or not category.startswith("C")
        assert category not in ("Zl", "Zp")
    shown.encode()


BLANK = "\u115f\u1160\u2800\u3164\uffa0"


@given(text=st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters=BLANK)))
def test_text_that_does_nothing_is_left_as_it_is(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\rb", "a\\rb"),
        ("a\tb", "a   b"),
        ("a\nb", "a\nb"),
        ("\u202eevil", "\\u202eevil"),
        ("\u200b", "\\u200b"),
        ("\x9b31m", "\\x9b31m"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
        ("ada\u3164", "ada\\u3164"),
        ("ada\ufe0f", "ada\\ufe0f"),
        ("a\u2800\U000e0100da", "a\\u2800\\U000e0100da"),
        ("naïve ☃ 🎉", "naïve ☃ 🎉"),
    ],
)
def test_what_could_do_something_is_made_visible(text, expected):
    assert printable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x;=HYPERLINK(A1)", "x;'=HYPERLINK(A1)"),
        ("=1; -2;  @x", "'=1; '-2;  '@x"),
        ("a; b; c-d", "a; b; c-d"),
    ],
)
def test_no_cell_begins_with_a_formula_where_semicolons_separate_cells(text, expected):
    assert cell(text) == expected
