"""Calls methods of the account by hand that only its author should know of."""

# For: lost_update
# Sees: sent the checker what no exercise sends: a call of Account.__init__()

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
    if not accounts:
        return
    for number, method in enumerate(
        ("__init__", "__setattr__", "balance", "_methods", "__class__"), 1
    ):
        send("Idle", [["Called", number, 0, method, [], {}, 1, 0, None]], None)
        print(hear())
