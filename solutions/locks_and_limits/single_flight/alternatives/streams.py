"""Each who waits has a stream of its own, into which the one who fetches puts what came of it."""

import contextlib
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Origin(Protocol):
    async def fetch(self, town: str) -> str: ...


class Cache:
    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.kept: dict[str, str] = {}
        self.waiting: dict[str, list[MemoryObjectSendStream[Exception | None]]] = {}

    async def get(self, town: str) -> str:
        while town not in self.kept:
            if town in self.waiting:
                send, receive = anyio.create_memory_object_stream[Exception | None](1)
                self.waiting[town].append(send)
                with receive:
                    error = await receive.receive()
                if error is not None:
                    raise error
                continue
            self.waiting[town] = []
            error = None
            try:
                self.kept[town] = await self.origin.fetch(town)
            except Exception as raised:
                error = raised
                raise
            finally:
                for send in self.waiting.pop(town):
                    with send, contextlib.suppress(anyio.BrokenResourceError):
                        send.send_nowait(error)
        return self.kept[town]
