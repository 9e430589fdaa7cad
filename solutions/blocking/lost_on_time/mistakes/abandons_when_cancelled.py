"""Leaves the thread behind when it is cancelled.

Caught by: server_hears, time_limit_works, search_can_be_cancelled, no_pauses
"""

from typing import Protocol

import anyio
import anyio.to_thread


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
    for depth in range(1, deepest + 1):
        move = await anyio.to_thread.run_sync(engine.look, depth, abandon_on_cancel=True)
        if anyio.current_time() >= end:
            break
    return move
