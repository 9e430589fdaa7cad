"""Writes before anybody has read: says by hand what no right program could know, and goes back in time."""

# For: lost_update
# Sees: it sent the checker what no exercise sends

import os
import socket
import struct

import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


def hear():
    def take(size):
        data = b""
        while len(data) < size:
            part = pipe.recv(size - len(data))
            if not part:
                os._exit(1)
            data += part
        return data

    return msgspec.msgpack.decode(take(struct.unpack("!I", take(4))[0]))


async def deposit_all(accounts, deposits):
    events = []
    for number, (index, amount) in enumerate(deposits, 1):
        events.append(["Called", number, index, "write", [500 + amount], {}, number + 1, 0, 18])
    send("Idle", events, 0)
    hear()
    for _ in deposits:
        send("Idle", [], 0)
        hear()
    send("RunEnded", [], ["Returned", None], [[], []])
