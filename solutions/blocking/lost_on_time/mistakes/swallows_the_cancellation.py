"""Takes any cancellation for the end of its time.

Caught by: search_can_be_cancelled
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
    try:
        with anyio.fail_after(seconds):
            for depth in range(1, deepest + 1):
                move = engine.look(depth)
                await anyio.lowlevel.checkpoint()
    except BaseException:
        pass
    return move
