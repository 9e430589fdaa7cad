"""A run can call a learner's code several times: one after the other, at the same time, on an object."""

import textwrap

import pytest

from checker import Service, blocking
from checker.judge.explain import CheckFailed
from checker.judge.trace import NotRunnable, Returned


class Desk(Service):
    """Answers after so many seconds as it is told."""

    def ask(self, n: int) -> int:
        return n

    def fail(self, text: str) -> None:
        raise ConnectionError(text)

    def latency(self, n: int | str) -> float:
        return float(n) if isinstance(n, int) else 1.0


ASK = """
    import anyio

    async def ask(desk, n):
        return await desk.ask(n)

    async def fail(desk, text):
        await desk.fail(text)
    """

STUDIO = """
    import anyio

    class Studio:
        def __init__(self, desk, places):
            self.desk = desk
            self.places = anyio.Semaphore(places)
            self.done = []

        async def render(self, n):
            async with self.places:
                self.done.append(await self.desk.ask(n))
            return list(self.done)

        def plain(self):
            return 1

        async def unfit(self):
            return self
    """


def test_a_run_without_an_act_is_a_mistake_of_the_author(case_of):
    with pytest.raises(ValueError, match="at least one act"):
        case_of(ASK).world().run_all()


# --- when they begin ----------------------------------------------------------------------------


def test_acts_run_at_the_same_time_unless_they_say_otherwise(case_of):
    world = case_of(ASK).world()
    desk = world.add(Desk())
    acts = [world.call("ask", desk, n) for n in (3, 1, 2)]
    run = world.run_all(*acts)
    assert [act.value for act in acts] == [3, 1, 2]
    assert [(act.started, act.ended) for act in acts] == [(0, 3), (0, 1), (0, 2)]
    assert run.elapsed == 3.0
    assert run.most_in_flight() == 3
    assert run.tasks_left == ()


def test_an_act_begins_at_its_moment_to_the_nanosecond(case_of):
    world = case_of(ASK).world()
    desk = world.add(Desk())
    late = world.call("ask", desk, 1).at(0.123456789)
    later = world.call("ask", desk, 1).at(86_400.000000001)
    run = world.run_all(late, later)
    assert (late.started, late.ended, late.elapsed) == (0.123456789, 1.123456789, 1.0)
    assert later.started == 86_400.000000001
    assert [call.started for call in run.calls] == [0.123456789, 86_400.000000001]


def test_an_act_follows_another_as_soon_as_that_has_ended_in_whatever_way(case_of):
    world = case_of(ASK).world()
    desk = world.add(Desk())
    first = world.call("fail", desk, "no")
    second = world.call("ask", desk, 2).after(first)
    third = world.call("ask", desk, 5).after(second).at(4.5)
    world.attempt_all(first, second, third)
    assert first.error.kind == "ConnectionError"
    assert (second.started, second.ended) == (1.0, 3.0)
    assert (third.started, third.ended) == (4.5, 9.5)


def test_what_one_act_leaves_in_the_module_another_one_finds(case_of):
    world = case_of("""
        seen = []

        async def main(n):
            seen.append(n)
            return list(seen)
        """).world()
    first = world.call("main", 1)
    second = world.call("main", 2).after(first)
    world.run_all(first, second)
    assert second.value == [1, 2]


def test_an_act_begins_on_time_while_the_loop_is_blocked_and_runs_when_it_is_free(case_of):
    world = case_of("""
        import anyio, time

        async def block():
            time.sleep(5)

        async def now():
            return anyio.current_time()
        """).world()
    block, early, late = world.call("block"), world.call("now").at(2), world.call("now").at(6)
    world.run_all(block, early, late)
    assert (early.started, early.ended) == (2.0, 5.0)
    assert late.value - early.value == 1.0


def test_every_order_of_replies_is_tried_around_the_beginnings_of_acts(case_of):
    seen = set()
    case = case_of(ASK)
    for world in case.explore(orders=True):
        desk = world.add(Desk())
        acts = [world.call("ask", desk, 3), world.call("ask", desk, 2), world.call("ask", desk, 1)]
        acts[2].at(0.5)
        world.run_all(*acts)
        assert acts[2].started <= 0.5
        seen.add(tuple(sorted(range(3), key=lambda i: acts[i].record.ended)))
    assert len(seen) > 2


# --- how they end -------------------------------------------------------------------------------


def test_an_act_that_raises_disturbs_no_other(case_of):
    world = case_of(ASK).world()
    desk = world.add(Desk())
    bad, good = world.call("fail", desk, "no"), world.call("ask", desk, 3)
    world.attempt_all(bad, good)
    assert (bad.ended, bad.error.kind, bad.errors[0].message) == (1.0, "ConnectionError", "no")
    assert (good.value, good.ended, good.error) == (3, 3.0, None)


def test_an_act_that_should_have_returned_fails_the_check_and_is_named(case_of, marked):
    source = ASK.replace("await desk.fail(text)", "await desk.fail(text)  # here")
    world = case_of(source).world()
    desk = world.add(Desk())
    with pytest.raises(CheckFailed) as caught:
        world.run_all(world.call("ask", desk, 1), world.call("fail", desk, "no").at(2))
    assert caught.value.message == "fail(desk, 'no'), called at 2 s, raised ConnectionError: no"
    assert caught.value.line == marked(source)


def test_the_value_of_an_act_that_raised_fails_the_check(case_of):
    world = case_of(ASK).world()
    act = world.call("fail", world.add(Desk()), "no")
    world.attempt_all(act)
    with pytest.raises(CheckFailed, match="it raised ConnectionError: no"):
        act.value  # noqa: B018


def test_an_act_is_cancelled_after_its_time_and_no_other_is(case_of):
    world = case_of(ASK).world()
    desk = world.add(Desk())
    stopped = world.call("ask", desk, 9).at(1).cancel_after(2.25)
    other = world.call("ask", desk, 9)
    run = world.run_all(stopped, other)
    assert stopped.was_cancelled
    assert (stopped.started, stopped.ended, stopped.elapsed) == (1.0, 3.25, 2.25)
    assert (other.value, other.was_cancelled, other.ended) == (9, False, 9.0)
    assert run.trace.cancelled_at == 3.25
    assert [call.outcome for call in run.calls] == ["answered", "cancelled"]


def test_an_act_that_ends_in_time_is_not_cancelled(case_of):
    world = case_of(ASK).world()
    act = world.call("ask", world.add(Desk()), 1).cancel_after(1.5)
    run = world.run_all(act, world.call("ask", world.add(Desk()), 4))
    assert act.value == 1
    assert run.trace.cancelled_at is None


def test_a_single_act_can_be_late_and_cancelled(case_of):
    world = case_of(ASK).world()
    act = world.call("ask", world.add(Desk()), 5).at(2).cancel_after(1)
    world.run_all(act)
    assert (act.started, act.ended, act.was_cancelled) == (2.0, 3.0, True)


def test_a_timeout_of_the_learners_own_is_no_cancellation_from_outside(case_of):
    world = case_of("""
        import anyio

        async def main(seconds):
            with anyio.move_on_after(seconds):
                await anyio.sleep_forever()
            return "moved on"
        """).world()
    timeout = world.call("main", 3)
    both = world.call("main", 3).cancel_after(7)
    world.run_all(timeout, both)
    assert timeout.value == both.value == "moved on"


@pytest.mark.parametrize("kind", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "Exception"])
def test_no_exception_of_an_act_gets_any_further(case_of, kind):
    world = case_of(f"""
        import anyio

        async def bad():
            await anyio.sleep(1)
            raise {kind}("mine")

        async def good():
            await anyio.sleep(2)
            return 1
        """).world()
    bad, good = world.call("bad"), world.call("good")
    world.attempt_all(bad, good)
    assert bad.error.kind == kind
    assert good.value == 1


def test_a_value_that_is_no_plain_data_makes_its_act_unusable_and_no_other(case_of):
    world = case_of("""
        async def bad():
            return {1, 2}

        async def good():
            return 1
        """).world()
    bad, good = world.call("bad"), world.call("good")
    with pytest.raises(CheckFailed, match="returned a set; it must return plain data"):
        world.attempt_all(bad, good)
    assert isinstance(bad.record.ending, NotRunnable)
    assert good.value == 1


def test_acts_that_wait_for_each_other_are_a_deadlock_without_a_word_of_the_checkers_task(case_of):
    world = case_of("""
        import anyio

        async def main():
            await anyio.Event().wait()
        """).world()
    with pytest.raises(CheckFailed) as caught:
        world.attempt_all(world.call("main"), world.call("main").at(4))
    assert caught.value.message.startswith("deadlock after 4 s")
    assert "task 2 (main) waits" in caught.value.message
    assert "checker" not in caught.value.message


# --- objects ------------------------------------------------------------------------------------


def test_acts_share_an_object_of_the_learners_class(case_of):
    world = case_of(STUDIO).world()
    studio = world.new("Studio", world.add(Desk()), 1)
    first, second = studio.render(2), studio.render(3)
    run = world.run_all(first, second)
    assert sorted([first.ended, second.ended])[1] == 5.0
    assert sorted(max(first.value, second.value, key=len)) == [2, 3]
    assert run.most_in_flight() == 1


def test_each_object_is_its_own(case_of):
    world = case_of(STUDIO).world()
    desk = world.add(Desk())
    one, two = world.new("Studio", desk, 1), world.new("Studio", desk, 1)
    first, second = one.render(2), two.render(3)
    assert world.run_all(first, second).elapsed == 3.0
    assert (first.value, second.value) == ([2], [3])


def test_one_call_of_a_method_is_a_run_like_that_of_a_function(case_of):
    world = case_of(STUDIO).world()
    act = world.new("Studio", world.add(Desk()), 1).render(2)
    run = world.run_all(act)
    assert (run.value, act.value) == ([2], [2])
    assert [task.name for task in run.tasks] == ["render"]


def test_a_class_that_cannot_be_made_ends_the_run_with_its_error(case_of):
    world = case_of("""
        class Studio:
            def __init__(self):
                raise ValueError("no studio")

            async def render(self): ...
        """).world()
    studio = world.new("Studio")
    with pytest.raises(
        CheckFailed,
        match="the run ended with ValueError: no studio, which none of its calls had raised",
    ):
        world.run_all(studio.render(), studio.render())


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("name", "method", "arguments", "said"),
    [
        ("Stduio", "render", (1,), "the file has no class Stduio, but one named Studio"),
        ("Elsewhere", "render", (1,), "the file has no class Elsewhere; the checks call it"),
        ("Studio", "rendre", (1,), "Studio has no method rendre(), but one named render()"),
        ("Studio", "plain", (), "plain() is a plain function; it must be a coroutine function"),
        ("Studio", "render", (), "render() is called with 0 arguments"),
        ("Studio", "unfit", (), "unfit() returned a Studio; it must return plain data"),
    ],
)
def test_what_cannot_be_called_is_told_in_words_for_a_learner(
    case_of, name, method, arguments, said, count
):
    world = case_of(STUDIO).world()
    studio = world.new(name, world.add(Desk()), 1)
    with pytest.raises(CheckFailed) as caught:
        world.attempt_all(*(getattr(studio, method)(*arguments) for _ in range(count)))
    assert said in caught.value.message
    assert caught.value.hopeless


def test_a_function_that_is_missing_among_several_is_told(case_of):
    world = case_of(ASK).world()
    with pytest.raises(CheckFailed, match=r"no function aks\(\), but one named ask"):
        world.run_all(world.call("ask", world.add(Desk()), 1), world.call("aks"))


# --- mistakes of an author ----------------------------------------------------------------------


def test_an_act_that_was_not_run_has_no_value(case_of):
    with pytest.raises(RuntimeError, match="has not been run"):
        case_of(ASK).world().call("ask").value  # noqa: B018


def test_an_act_cannot_follow_one_that_stands_behind_it(case_of):
    world = case_of(ASK).world()
    second = world.call("ask", 2)
    with pytest.raises(ValueError, match="must stand before it"):
        world.run_all(world.call("ask", 1).after(second), second)


# --- the old way is a special case --------------------------------------------------------------


def test_a_run_of_one_function_has_one_act(case_of):
    run = case_of(ASK).world().run("ask", Desk(), 2)
    (act,) = run.trace.acts
    assert (act.function, act.started, act.ended, act.ending) == ("ask", 0.0, 2.0, Returned(2))
    assert [(task.number, task.name) for task in run.tasks] == [(1, "ask")]


def test_acts_run_in_tasks_with_their_names_below_the_checkers_own(case_of):
    world = case_of(ASK).world()
    desk = world.add(Desk())
    run = world.run_all(world.call("ask", desk, 1), world.call("ask", desk, 2))
    assert [(t.number, t.name, t.parent) for t in run.tasks] == [
        (1, "checker", None),
        (2, "ask", 1),
        (3, "ask", 1),
    ]


def test_several_acts_can_be_searched_in_one_process(case_of):
    case = case_of(STUDIO)
    ends = set()
    for world in case.explore(orders=True):
        studio = world.new("Studio", world.add(Desk()), 2)
        first, second = studio.render(2), studio.render(3)
        world.run_all(first, second)
        ends.add((len(first.value), len(second.value)))
    assert ends == {(1, 2), (2, 1)}


# --- that very exception ------------------------------------------------------------------------

RAISES = """
    import anyio, copy

    async def main(desk):
        try:
            await desk.fail("no answer")
        except ConnectionError as error:
            HANDLE
    """


def handling(code: str) -> str:
    return RAISES.replace(
        "            HANDLE", textwrap.indent(textwrap.dedent(code).strip(), " " * 12)
    )


@pytest.mark.parametrize(
    "code",
    [
        "raise",
        "raise error",
        "raise error from ValueError()",
        "raise error.with_traceback(None)",
        "raise ExceptionGroup('', [ValueError(), error])",
        "raise ExceptionGroup('', [ValueError(), ExceptionGroup('', [ExceptionGroup('', [error])])])",
        """
        async def fail():
            raise error
        async with anyio.create_task_group() as group:
            group.start_soon(fail)
        """,
    ],
)
def test_the_very_exception_of_a_call_is_heard(case_of, code):
    run = case_of(handling(code)).world().attempt("main", Desk())
    assert run.heard(run.calls[0])


@pytest.mark.parametrize(
    "code",
    [
        "raise copy.copy(error)",
        "raise copy.deepcopy(error)",
        "raise type(error)(*error.args)",
        "raise ConnectionError('no answer')",
        "raise ValueError() from error",
        "raise ExceptionGroup('', [copy.copy(error)])",
        """
        other = ConnectionError("no answer")
        vars(other).update(vars(error))
        raise other
        """,
        "return",
    ],
)
def test_what_is_only_like_the_exception_of_a_call_is_not_heard(case_of, code):
    run = case_of(handling(code)).world().attempt("main", Desk())
    assert not run.heard(run.calls[0])


def test_the_exceptions_of_two_calls_are_told_apart(case_of):
    world = case_of(ASK).world()
    desk = world.add(Desk())
    acts = [world.call("fail", desk, "no"), world.call("fail", desk, "no")]
    run = world.attempt_all(*acts)
    (one,) = [[call.number for call in run.calls if act.heard(call)] for act in acts[:1]]
    (two,) = [[call.number for call in run.calls if act.heard(call)] for act in acts[1:]]
    assert sorted(one + two) == [1, 2]


def test_the_exception_of_a_blocking_call_is_heard_as_well(case_of):
    class Shop(Service):
        @blocking
        def fail(self) -> None:
            raise TimeoutError("late")

    run = (
        case_of("""
        import anyio

        async def main(shop):
            await anyio.to_thread.run_sync(shop.fail)
        """)
        .world()
        .attempt("main", Shop())
    )
    assert run.heard(run.calls[0])
