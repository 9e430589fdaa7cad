"""Sends messages without end, and reads none."""

# For: lost_update
# Sees: what it told the checker takes more than

import socket
import struct

import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


async def deposit_all(accounts, deposits):
    while True:
        send("Flush", [["Warned", "x" * 1000, None]] * 500)
