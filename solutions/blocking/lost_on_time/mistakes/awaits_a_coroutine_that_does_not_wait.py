"""Awaits an `async def` around each look, which is no checkpoint.

Caught by: server_hears, time_limit_works, search_can_be_cancelled, no_pauses
"""

from typing import Protocol

import anyio


class Server(Protocol):
    async def sign_of_life(self) -> None: ...


class Engine(Protocol):
    def look(self, depth: int) -> str: ...


async def keep_alive(server: Server) -> None:
    while True:
        await server.sign_of_life()
        await anyio.sleep(1)


async def best_move(engine: Engine, deepest: int, seconds: float) -> str | None:
    async def look(depth: int) -> str:
        return engine.look(depth)

    move = None
    with anyio.move_on_after(seconds):
        for depth in range(1, deepest + 1):
            move = await look(depth)
    return move
