"""Calls itself without end, with the limit taken away."""

# For: lost_update

import sys

sys.setrecursionlimit(2**31 - 1)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return repr([self])


async def deposit_all(accounts, deposits):
    print(Deep())
