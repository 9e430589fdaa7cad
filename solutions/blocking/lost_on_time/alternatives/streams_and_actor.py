"""An actor that looks as long as it is told to: the depths come in by one stream, the moves go out by another."""

from typing import Protocol

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


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


async def thinker(
    engine: Engine, depths: MemoryObjectReceiveStream[int], moves: MemoryObjectSendStream[str]
) -> None:
    """Make the looks that are asked for; one that has begun goes to its end, and its move out."""
    with depths, moves:
        async for depth in depths:
            with anyio.CancelScope(shield=True):
                moves.send_nowait(await anyio.to_thread.run_sync(engine.look, depth))


async def best_move(engine: Engine, deepest: int, seconds: float) -> str | None:
    """Look deeper and deeper, for so many seconds at the most, and return the last move found."""
    move: str | None = None
    depths_in, depths_out = anyio.create_memory_object_stream[int](1)
    moves_in, moves_out = anyio.create_memory_object_stream[str](1)
    with depths_in, moves_out:
        async with anyio.create_task_group() as group:
            group.start_soon(thinker, engine, depths_out, moves_in)
            with anyio.move_on_after(seconds):
                for depth in range(1, deepest + 1):
                    depths_in.send_nowait(depth)
                    move = await moves_out.receive()
            depths_in.close()
        # The move of the look that was under way when the time was up.
        async for last in moves_out:
            move = last
    return move
