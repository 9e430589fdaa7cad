"""Takes a pass for no move, and returns the one before it.

Caught by: server_hears, time_limit_works, search_can_be_cancelled, no_pauses
"""

from typing import Protocol

import anyio
import anyio.lowlevel


class Server(Protocol):
    async def sign_of_life(self) -> None: ...


class Engine(Protocol):
    def look(self, depth: int) -> str: ...


async def keep_alive(server: Server) -> None:
    while True:
        await server.sign_of_life()
        await anyio.sleep(1)


async def best_move(engine: Engine, deepest: int, seconds: float) -> str | None:
    move = None
    with anyio.move_on_after(seconds):
        for depth in range(1, deepest + 1):
            move = engine.look(depth) or move
            await anyio.lowlevel.checkpoint()
    return move
