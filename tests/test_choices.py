"""One sequence of choices: what is recorded can be played again, from a replay and from a token."""

import base64
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.judge.choices import Choices, Replay
from checker.judge.replay import MAX_TOKEN, Address, BadToken, decode_token, encode_token

NUMBERS = st.integers(0, (1 << 63) - 1)
LANES = st.lists(NUMBERS, max_size=30).map(tuple)
WANTED = st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 12)), max_size=20)


def make(choices: Choices, wanted: list[tuple[bool, int, int]]) -> list[int]:
    """Take choices of these widths, in the lane of events where it says so."""

    def take(is_event: bool, width: int, chosen: int) -> int:
        choices.running = is_event
        kind = "order" if is_event else "value"
        return choices.take(kind, width, lambda: min(chosen, width - 1))

    return [take(*one) for one in wanted]


def plainest() -> int:
    return 0


# --- choices ------------------------------------------------------------------------------------


@given(WANTED)
def test_what_is_replayed_is_what_was_made(wanted):
    first = Choices()
    taken = make(first, wanted)
    again = Choices(first.replay())
    assert make(again, [(is_event, width, 0) for is_event, width, _ in wanted]) == taken
    assert again.replay() == first.replay()
    assert (again.inputs, again.events) == (first.inputs, first.events)


@given(WANTED, LANES, LANES)
def test_whatever_is_replayed_each_choice_stays_below_its_width(wanted, inputs, events):
    choices = Choices(Replay(inputs, events))
    for (_, width, _), taken in zip(wanted, make(choices, wanted), strict=True):
        assert 0 <= taken < max(width, 1)


@given(WANTED, st.tuples(NUMBERS, NUMBERS))
def test_an_input_more_turns_no_event_into_another(wanted, more):
    first = Choices()
    make(first, wanted)
    replay = first.replay()
    again = Choices(Replay((*replay.inputs, *more), replay.events))
    make(again, wanted)
    assert again.events == first.events


def test_where_a_replay_ends_it_goes_on_as_is_chosen():
    choices = Choices(Replay((3, 1)))
    assert [choices.take("value", 5, lambda: 4) for _ in range(4)] == [3, 1, 4, 4]


def test_where_there_is_one_possibility_nothing_is_recorded():
    choices = Choices(Replay((2,)))
    assert choices.take("value", 1, plainest) == 0
    assert choices.take("value", 3, plainest) == 2
    assert len(choices.inputs) == 1


def test_the_plainest_choices_at_the_end_need_not_be_told():
    choices = Choices()
    for taken in (0, 2, 0, 0):
        choices.take("value", 5, lambda taken=taken: taken)
    assert choices.replay() == Replay((0, 2))


# --- tokens -------------------------------------------------------------------------------------


@given(st.integers(0, 100), st.integers(0, 1), LANES, LANES)
def test_every_token_can_be_read_again(check, backend, inputs, events):
    address = Address(check, backend, Replay(inputs, events))
    token = encode_token(address, "a/b")
    assert token.isalnum()
    assert decode_token(token, "a/b") == address
    assert decode_token(f" {token.upper()}\n", "a/b") == address


def test_a_token_of_another_exercise_is_refused():
    token = encode_token(Address(0, 0, Replay()), "a/b")
    with pytest.raises(BadToken, match="is not a token for a/c"):
        decode_token(token, "a/c")


@given(st.text(max_size=60))
def test_no_other_text_is_a_token(text):
    with pytest.raises(BadToken):
        decode_token(text, "a/b")


def sealed(payload: bytes) -> str:
    """A token with a seal that is right, whatever is in it."""
    seal = (zlib.crc32(payload + b"a/b") & 0xFFFF).to_bytes(2, "big")
    return base64.b32encode(seal + payload).decode().rstrip("=").lower()


def deflated(data: bytes) -> bytes:
    return zlib.compress(data, 9, -15)


@given(st.binary(max_size=60))
def test_whoever_knows_how_to_seal_one_still_hands_in_no_token(data):
    for payload in (data, deflated(b"\xc1" + data)):  # Which begins no value.
        with pytest.raises(BadToken):
            decode_token(sealed(payload), "a/b")


@pytest.mark.parametrize(
    "content",
    [
        [],
        [0],
        [0, 0, [1], "x"],
        [0, 0, [1.5]],
        [0, 0, [-1]],
        [0, 0, [], [-7]],
        [-1, 0],
        {"check": 0, "backend": 0},
        None,
    ],
)
def test_what_is_unpacked_must_be_an_address(content):
    with pytest.raises(BadToken):
        decode_token(sealed(deflated(msgspec.msgpack.encode(content))), "a/b")


def test_a_token_that_unpacks_to_more_than_its_limit_is_refused_at_the_limit():
    # A thousandth of it would do to fill the memory, were it unpacked.
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    payload = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(64)) + bomb.flush()
    with pytest.raises(BadToken):
        decode_token(sealed(payload), "a/b")
    numbers = msgspec.msgpack.encode([0, 0, [0] * (2 * MAX_TOKEN)])
    with pytest.raises(BadToken):
        decode_token(sealed(deflated(numbers)), "a/b")


def test_a_long_text_is_not_said_again_in_full():
    with pytest.raises(BadToken) as caught:
        decode_token("x" * 100_000, "a/b")
    assert len(str(caught.value)) < 300
