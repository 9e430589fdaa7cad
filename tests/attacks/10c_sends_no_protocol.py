"""Sends frames that are too long, too deep, cut off and not even frames."""

# For: lost_update
# Sees: sent the checker what no exercise sends

import socket
import struct

import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


async def deposit_all(accounts, deposits):
    deep = b"\x91" * 100_000 + b"\xc0"
    pipe.sendall(struct.pack("!I", len(deep)) + deep)
    pipe.sendall(struct.pack("!I", 2**32 - 1) + b"x" * 100_000)
