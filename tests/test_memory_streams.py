"""A submission can be handed the ends of a memory object stream, and the judge looks at how it left them."""

import math

import pytest


def test_what_goes_in_at_one_end_comes_out_at_the_other(case_of):
    case = case_of("""
        async def main(send, receive):
            await send.send("a")
            async with send:
                await send.send("b")
            return [item async for item in receive]
        """)
    world = case.world()
    stream = world.stream(2)
    run = world.run("main", stream.send, stream.receive)
    assert run.value == ["a", "b"]
    assert (stream.items, stream.senders, stream.receivers) == (0, 0, 1)


@pytest.mark.parametrize("buffer", [0, 1, math.inf])
def test_a_stream_holds_as_much_as_it_has_room_for(case_of, buffer):
    case = case_of("""
        import anyio

        async def main(send):
            sent = 0
            try:
                while sent < 5:
                    send.send_nowait(sent)
                    sent += 1
            except anyio.WouldBlock:
                pass
            clone = send.clone()
            return sent
        """)
    world = case.world()
    stream = world.stream(buffer)
    run = world.run("main", stream.send)
    assert run.value == stream.items == min(buffer, 5)
    assert (stream.senders, stream.receivers) == (2, 1)


def test_both_ends_are_of_one_stream_wherever_they_stand(case_of):
    case = case_of("""
        async def give(ends):
            await ends["in"].send(1)

        async def take(ends):
            return [await end.receive() for end in ends]
        """)
    world = case.world()
    stream, other = world.stream(), world.stream(1)
    give = world.call("give", {"in": stream.send}).at(2.0)
    take = world.call("take", [stream.receive])
    world.run_all(give, take)
    assert take.value == [1]
    assert take.ended == 2.0
    with pytest.raises(RuntimeError, match="never crossed"):
        assert other.items


def test_nothing_is_known_of_a_stream_before_the_run(case_of):
    stream = case_of("async def main(): ...").world().stream()
    with pytest.raises(RuntimeError, match="before the run"):
        assert stream.senders


def test_who_waits_for_ever_at_a_stream_is_told_which_end_is_open(case_of):
    case = case_of("""
        async def main(send, receive):
            await receive.receive()
        """)
    world = case.world()
    stream = world.stream()
    run = world.observe("main", stream.send, stream.receive)
    assert run.is_deadlocked
    (wait,) = run.trace.ending.waits
    assert (wait.what.kind, wait.what.count) == ("item", 1)
