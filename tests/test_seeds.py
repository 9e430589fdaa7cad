"""What is drawn from: numbers that anybody may type, and keys that nobody can try."""

import argparse
import stat
from collections import Counter
from random import Random

import pytest

from checker.arguments import seed
from checker.judge.chance import Sealed, branch, chance_of
from checker.seeds import KEY, as_key, draw_secret, draw_seed, seed_for
from checker.sweep.journal import NAME, Journal

KEYS = [bytes([n]) * 32 for n in range(3)]


def test_a_drawn_seed_is_a_key_of_128_bits_and_a_secret_one_of_256():
    assert len(as_key(draw_seed())) == 16
    assert len(as_key(draw_secret())) == 32
    assert draw_seed() != draw_seed()
    assert draw_secret() != draw_secret()


def test_a_seed_is_typed_as_a_number_or_as_a_report_names_it():
    drawn = draw_seed()
    assert seed(drawn) == drawn
    assert seed("7") == 7
    for wrong in ("x", "-1", drawn.upper(), drawn[:-1], f"{1 << 63}", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            seed(wrong)


def test_what_is_drawn_from_a_number_is_what_it_always_was():
    assert chance_of("7/chapter/name/check").random() == Random("7/chapter/name/check").random()


def test_what_is_drawn_from_a_key_repeats_and_differs_with_all_that_it_is_drawn_for():
    one, other = draw_seed(), draw_secret()
    labels = [f"{key}/{rest}" for key in (one, other) for rest in ("a/b", "a/c", "b/b")]
    drawn = [chance_of(label).getrandbits(256) for label in labels]
    assert drawn == [chance_of(label).getrandbits(256) for label in labels]
    assert len(set(drawn)) == len(drawn)


def test_the_methods_of_chance_draw_from_the_key_and_from_nothing_else():
    def drawn(key: bytes) -> list[object]:
        chance = Sealed(key)
        items = list(range(50))
        chance.shuffle(items)
        return [
            items,
            chance.random(),
            chance.randrange(1000),
            chance.sample(range(100), k=5),
            chance.choice("abc"),
            chance.randbytes(9),
            chance.gauss(),
            chance.getrandbits(1),
            chance.getrandbits(3000),
            branch(chance).getrandbits(64),
        ]

    assert [drawn(key) for key in KEYS] == [drawn(key) for key in KEYS]
    assert drawn(KEYS[0]) != drawn(KEYS[1])


def test_chance_from_a_key_is_even():
    chance = Sealed(KEYS[0])
    times = Counter(chance.randrange(10) for _ in range(10_000))
    assert len(times) == 10
    assert all(850 < count < 1150 for count in times.values())
    assert 0.45 < sum(chance.random() for _ in range(1000)) / 1000 < 0.55


def test_chance_from_a_key_shows_no_state():
    with pytest.raises(NotImplementedError):
        Sealed(KEYS[0]).getstate()


def test_in_a_sweep_each_file_has_a_key_of_its_own_that_tells_nothing_of_the_secret():
    secret = draw_secret()
    keys = {seed_for(secret, content) for content in (b"", b"a", b"b")}
    assert len(keys) == 3
    assert secret not in keys
    assert all(KEY.fullmatch(key) for key in keys)
    assert seed_for(secret, b"a") == seed_for(secret, b"a")
    assert seed_for(7, b"a") == 7  # To have the same inputs again, whoever hands in what.


def test_the_journal_of_a_sweep_is_for_its_owner_alone(tmp_path):
    (tmp_path / NAME).touch(0o644)
    with Journal(tmp_path):
        files = [path for path in tmp_path.iterdir() if path.name.startswith(NAME)]
        assert files
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
