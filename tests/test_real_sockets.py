"""The server of `frozen_signs` on real loopback sockets, with real clients: what is right in the simulator is
right there, too."""

import contextlib
import importlib.util
import itertools
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream, TaskGroup
from anyio.streams.buffered import BufferedByteReceiveStream

from checker.course import Course
from checker.report import BACKENDS

from .real_clock import right_answers

(EXERCISE,) = Course.load(Path(__file__).parents[1]).select(["frozen_signs"])
PATIENCE = 20.0
"""Real seconds after which what should have happened has not."""

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", BACKENDS)]

_numbers = itertools.count()


class Timetable:
    """Answers in capitals; it can be made to take its time, and to fail."""

    def __init__(self) -> None:
        self.slow = anyio.Event()
        self.went_on = anyio.Event()

    async def next_bus(self, stop: str) -> str:
        if stop == "fail":
            raise anyio.BrokenResourceError
        if stop == "slow":
            self.slow.set()
            await self.went_on.wait()
        return stop.upper()


class Town:
    """A server that runs, and who rings it up."""

    def __init__(self, port: int, timetable: Timetable, group: TaskGroup) -> None:
        self.timetable = timetable
        self.group = group
        self._port = port

    async def sign(self) -> SocketStream:
        return await anyio.connect_tcp("127.0.0.1", self._port)


@pytest.fixture(params=right_answers(EXERCISE), ids=lambda path: path.stem)
def answer(request: pytest.FixtureRequest) -> ModuleType:
    name = f"real_sockets_{next(_numbers)}"
    spec = importlib.util.spec_from_file_location(name, request.param)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.asynccontextmanager
async def town(answer: ModuleType) -> AsyncIterator[Town]:
    timetable = Timetable()
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as server:
        (listener,) = server.listeners
        port = listener.extra(SocketAttribute.local_port)
        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as group:
                group.start_soon(answer.serve, listener, timetable)
                yield Town(port, timetable, group)
                group.cancel_scope.cancel()


async def ask(sign: SocketStream, stop: str) -> str:
    await sign.send(f"{stop}\n".encode())
    return (await BufferedByteReceiveStream(sign).receive_until(b"\n", 1000)).decode()


async def expect_hung_up(sign: SocketStream) -> None:
    with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
        while True:
            await sign.receive()


def unplug(sign: SocketStream) -> None:
    """Break the connection off, so that the other side hears an error and not an end."""
    raw = sign.extra(SocketAttribute.raw_socket)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def test_signs_that_are_slow_rude_or_gone_bother_nobody_else(answer: ModuleType) -> None:
    async with town(answer) as at:
        silent, slow, broken, endless, garbled, polite = [await at.sign() for _ in range(6)]
        await slow.send(b"slow\n")
        await at.timetable.slow.wait()
        assert await ask(polite, "Zoo") == "ZOO"
        unplug(broken)
        await broken.send(b"Zo")
        await broken.aclose()
        await endless.send(b"tram " * 60)
        await expect_hung_up(endless)
        await garbled.send(b"\xff\n")
        await expect_hung_up(garbled)
        for byte in "Königsplatz".encode():
            await polite.send(bytes([byte]))
        assert await ask(polite, "") == "KÖNIGSPLATZ"
        assert await ask(silent, "Town Hall") == "TOWN HALL"
        at.timetable.went_on.set()
        assert await BufferedByteReceiveStream(slow).receive_until(b"\n", 1000) == b"SLOW"
        for sign in (silent, slow, endless, garbled, polite):
            await sign.aclose()


async def test_when_it_is_stopped_everybody_is_hung_up_on(answer: ModuleType) -> None:
    async with town(answer) as at:
        signs = [await at.sign() for _ in range(3)]
        for sign in signs:
            assert await ask(sign, "Zoo") == "ZOO"
        await signs[0].send(b"slow\n")
        await at.timetable.slow.wait()
        at.group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            for sign in signs:
                await expect_hung_up(sign)
                await sign.aclose()


async def let_it_fail(answer: ModuleType) -> None:
    async with town(answer) as at:
        signs = [await at.sign() for _ in range(3)]
        for sign in signs:
            assert await ask(sign, "Zoo") == "ZOO"
        await signs[1].send(b"fail\n")
        with anyio.CancelScope(shield=True):
            for sign in signs:
                await expect_hung_up(sign)
                await sign.aclose()


async def test_when_the_timetable_fails_the_server_does_too(answer: ModuleType) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        await let_it_fail(answer)
    matched, rest = raised.value.split(anyio.BrokenResourceError)
    assert matched is not None
    assert rest is None
