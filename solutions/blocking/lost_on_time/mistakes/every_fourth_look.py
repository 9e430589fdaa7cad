"""Has a checkpoint after every fourth look, which is not enough for two games at once.

Caught by: server_hears (sometimes), time_limit_works (sometimes), search_can_be_cancelled (sometimes), no_pauses
"""

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
    move = None
    with anyio.move_on_after(seconds):
        for depth in range(1, deepest + 1):
            move = engine.look(depth)
            if depth % 4 == 0:  # 4 * 0.3 seconds is well below the limits.
                await anyio.lowlevel.checkpoint()
    return move
