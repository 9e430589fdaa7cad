"""Counts the time of its own looks, and not that of the other game.

Caught by: time_limit_works
"""

from typing import Protocol

import anyio


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
    thought = 0.0
    move = None
    for depth in range(1, deepest + 1):
        begin = anyio.current_time()
        move = engine.look(depth)
        thought += anyio.current_time() - begin
        for _ in range(20):  # Let the others have their turn.
            await anyio.sleep(0)
        if thought >= seconds:
            break
    return move
