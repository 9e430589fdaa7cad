"""Has all looks made in a worker thread, which nothing can stop.

Caught by: time_limit_works, search_can_be_cancelled
"""

from typing import Protocol

import anyio
import anyio.to_thread


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

    def search() -> None:
        nonlocal move
        for depth in range(1, deepest + 1):
            move = engine.look(depth)

    with anyio.move_on_after(seconds):
        await anyio.to_thread.run_sync(search)
    return move
