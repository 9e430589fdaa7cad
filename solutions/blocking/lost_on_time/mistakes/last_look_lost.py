"""Loses the move of the look that is under way when the time is up.

Caught by: server_hears, time_limit_works, search_can_be_cancelled, no_pauses
"""

from typing import Protocol

import anyio
import anyio.from_thread
import anyio.to_thread
from anyio.streams.memory import MemoryObjectSendStream


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


async def look_on(engine: Engine, deepest: int, moves: MemoryObjectSendStream[str]) -> None:
    with moves:
        for depth in range(1, deepest + 1):
            move = await anyio.to_thread.run_sync(engine.look, depth)
            await moves.send(move)


async def best_move(engine: Engine, deepest: int, seconds: float) -> str | None:
    """Look deeper and deeper, for so many seconds at the most, and return the last move found."""
    move: str | None = None
    moves_in, moves_out = anyio.create_memory_object_stream[str](deepest)
    with moves_out, anyio.move_on_after(seconds):
        async with anyio.create_task_group() as group:
            group.start_soon(look_on, engine, deepest, moves_in)
            async for move in moves_out:
                pass
    return move
