"""Tells by hand of so many tasks and calls that whoever holds each against each never ends."""

# For: lost_update
# Sees: it sent the checker what no exercise sends

import socket
import struct

import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


async def deposit_all(accounts, deposits):
    for first in range(0, 40_000, 500):
        send("Flush", [["TaskStarted", first + n, "x", None, None] for n in range(500)])
    for first in range(1, 4_501, 500):
        send("Flush", [["Called", first + n, 0, "read", [], {}, 1, 0, None] for n in range(500)])
    send("RunEnded", [], ["Raised", ["Error", "", None, []]], [[], []])
