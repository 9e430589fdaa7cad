"""Memory object streams that the judge hands to a submission, and looks at when it has ended.

    stream = world.stream(buffer=10)
    run = world.run("sort_parcels", stream.receive, ...)
    ... stream.items, stream.senders, stream.receivers

They are AnyIO's own, made in the sandbox: so what is known of them is the sandbox's word, and no point may
depend on it alone.
"""

import math

from checker.judge.service import Service
from checker.judge.trace import StreamState, Trace
from checker_sandbox.wire.messages import EndSpec


class Stream:
    """A memory object stream for a submission. `send` and `receive` are its ends, to stand among the arguments.

    The properties are known after the run, and raise `RuntimeError` before it, or if the run did not come to
    an end of its own."""

    def __init__(self, number: int, buffer: float) -> None:
        self.send: Service = _End(number, buffer, sends=True)
        self.receive: Service = _End(number, buffer, sends=False)
        self._number = number
        self._trace: Trace | None = None

    @property
    def items(self) -> int:
        """How many items were left in it."""
        return self._state.items

    @property
    def senders(self) -> int:
        """How many sending ends were open: the one that was handed in, and its clones."""
        return self._state.senders

    @property
    def receivers(self) -> int:
        """How many receiving ends were open: the one that was handed in, and its clones."""
        return self._state.receivers

    def settle(self, trace: Trace) -> None:
        """Tell the stream of the run in which it was."""
        self._trace = trace

    @property
    def _state(self) -> StreamState:
        if self._trace is None:
            raise RuntimeError("nothing is known of a stream before the run")
        if self._number not in self._trace.streams:
            raise RuntimeError(
                "nothing is known of a stream that never crossed, or whose run did not end"
            )
        return self._trace.streams[self._number]


class _End(Service):
    """One end of a stream. It has no methods that the judge would answer: the sandbox puts AnyIO's in its place."""

    def __init__(self, stream: int, buffer: float, *, sends: bool) -> None:
        self.end = EndSpec(stream, None if buffer == math.inf else int(buffer), sends)
