"""Each look in a worker thread; the task waits for its end even if it is cancelled."""

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
    with anyio.move_on_after(seconds):
        for depth in range(1, deepest + 1):
            move = await anyio.to_thread.run_sync(engine.look, depth)
    return move
