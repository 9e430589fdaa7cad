"""How messages are framed: one end of a conversation, over a stream socket."""

import socket
import struct
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from checker_sandbox.wire.keys import expect_fit_keys
from checker_sandbox.wire.limits import MAX_FRAME
from checker_sandbox.wire.messages import FromSandbox, ServiceSpec, ToSandbox
from checker_sandbox.wire.plain import NotPlain, indefinite

_SERVICE: Final = 1
_HEADER: Final = struct.Struct("!I")

_MAPS: Final = bytes(range(0x80, 0x90))
_SHORT: Final = bytes(range(0x80, 0xC0))
"""Heads of MessagePack's short maps, and of its short maps, arrays and strings: the values that take most memory
for a byte."""


class ProtocolError(Exception):
    """The other side sent something that is not a message of this protocol."""


class Closed(Exception):
    """The other side hung up, or the process behind it ended."""


class Overdue(Exception):
    """Nothing came within the real time allowed."""


def weight(payload: bytes) -> int:
    """Bytes of memory that a message takes once it is decoded, or somewhat more. Some values take seventy times
    as much as on the wire: an empty array is one byte there. Nothing is decoded to find out, and what only
    looks like a head counts as one."""
    size = len(payload)
    maps = size - len(payload.translate(None, _MAPS))
    short = size - len(payload.translate(None, _SHORT))
    return 11 * size + 80 * short + 160 * maps


class Link:
    """One end of a conversation: sends and receives whole messages.

    `receives` is the union of the types this end accepts. Values may hold services if this end is
    given a way to describe one (the judge: `describe`) or to make a stub (the sandbox: `embody`).
    Making the codecs takes longer than a short conversation, so a link is made once and `connect`ed
    for each.
    """

    def __init__(
        self,
        receives: Any,
        *,
        describe: Callable[[Any], ServiceSpec] | None = None,
        embody: Callable[[ServiceSpec], object] | None = None,
    ) -> None:
        self.describe = describe
        self.embody = embody
        self._encoder = msgspec.msgpack.Encoder(enc_hook=self._encode_service)
        self._decoder = msgspec.msgpack.Decoder(receives, ext_hook=self._decode_service)

    def connect(self, sock: socket.socket) -> None:
        """Begin a conversation over a stream socket."""
        self.socket = sock
        self._buffer = bytearray()
        self._until: float | None = None
        self.begin()

    def begin(self) -> None:
        """Begin another conversation over the same socket."""
        self.received = len(self._buffer)
        """How many bytes of this conversation have arrived so far."""
        self.told = 0
        """How many bytes of memory its messages took so far, by their `weight`."""

    def _encode_service(self, value: object) -> msgspec.msgpack.Ext:
        if self.describe is None:
            raise NotPlain(indefinite(type(value).__name__))
        return msgspec.msgpack.Ext(_SERVICE, msgspec.msgpack.encode(self.describe(value)))

    def _decode_service(self, code: int, data: memoryview) -> object:
        if self.embody is None or code != _SERVICE:
            raise ProtocolError(f"an extension of type {code}")
        return self.embody(msgspec.msgpack.decode(data, type=ServiceSpec))

    def send(self, message: ToSandbox | FromSandbox) -> None:
        """Send one message. Raises `NotPlain` if it is too large, `Closed` if nobody listens."""
        payload = self._encoder.encode(message)
        if len(payload) > MAX_FRAME:
            raise NotPlain(f"a value of more than {MAX_FRAME >> 20} MiB", "text")
        try:
            self.socket.sendall(_HEADER.pack(len(payload)) + payload)
        except TimeoutError:
            raise Overdue from None
        except OSError:
            raise Closed from None

    def receive(self, until: float | None = None) -> Any:
        """Return the next message, waiting for it until `until` on the real `time.monotonic`.

        Raises `ProtocolError`, `Closed` or `Overdue`.
        """
        self._until = until
        if until is not None and time.monotonic() > until:
            raise Overdue
        (size,) = _HEADER.unpack(self._take(_HEADER.size))
        if size > MAX_FRAME:
            raise ProtocolError(f"a message of {size} bytes")
        payload = self._take(size)
        self.told += weight(payload)
        try:
            expect_fit_keys(payload)
            return self._decoder.decode(payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError) as error:
            raise ProtocolError(str(error)) from None

    @property
    def has_more(self) -> bool:
        """Whether more has arrived than what was received."""
        return bool(self._buffer)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if self._until is not None:
                left = self._until - time.monotonic()
                if left <= 0:
                    raise Overdue
                self.socket.settimeout(left)
            try:
                part = self.socket.recv(1 << 16)
            except TimeoutError:
                raise Overdue from None
            except OSError:
                raise Closed from None
            if not part:
                raise Closed
            self._buffer += part
            self.received += len(part)
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken
