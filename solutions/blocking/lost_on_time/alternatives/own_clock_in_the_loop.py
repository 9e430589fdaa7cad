"""Naive: looks in the event loop, many checkpoints after each, and its own look at the clock; no scope at all."""

from typing import Protocol

import anyio
import anyio.lowlevel


class Server(Protocol):
    """Drops a player from whom it has heard nothing for four seconds."""

    async def sign_of_life(self) -> None: ...


class Engine(Protocol):
    """Computes moves. It is an ordinary library, which knows nothing of tasks."""

    def look(self, depth: int) -> str:
        """Return the best move as far as can be seen so many moves ahead."""
        ...


async def keep_alive(server: Server) -> None:
    """Tell the server once a second that the player is there, until that is cancelled."""
    while True:
        await server.sign_of_life()
        await anyio.sleep(1)


async def best_move(engine: Engine, deepest: int, seconds: float) -> str | None:
    """Look deeper and deeper, for so many seconds at the most, and return the last move found."""
    end = anyio.current_time() + seconds
    move = None
    depth = 0
    while depth < deepest and anyio.current_time() < end:
        depth += 1
        move = engine.look(depth)
        for _ in range(20):  # All that is ready, and what gets ready by that, has its turn.
            await anyio.lowlevel.checkpoint()
    return move
