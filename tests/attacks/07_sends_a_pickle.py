"""Sends pickles and extension types that would run code where they are read."""

# For: results_from_tasks
# Sees: sent the checker what no exercise sends

import pickle
import socket
import struct

import anyio
import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


class Runs:
    def __reduce__(self):
        return (exec, ("import os; os._exit(0)",))


async def compare(shops, article):
    code = pickle.dumps(Runs())
    shop = await anyio.to_thread.run_sync(lambda: code)
    print(shop)
    send(
        "RunEnded",
        [],
        ["Returned", [msgspec.msgpack.Ext(kind, code) for kind in (1, 2, 127, -1)]],
        [[], []],
    )
