"""Raises groups of groups of errors whose texts, names and causes misbehave when they are looked at."""


# For: lost_update
# Sees: raised SystemExit
class Awkward(Exception):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__

    @property
    def __cause__(self):
        return self

    @property
    def args(self):
        raise KeyboardInterrupt


Awkward.__name__ = Awkward.__qualname__ = "Passed\x1b[2J" * 100


async def deposit_all(accounts, deposits):
    error = Awkward("x" * 100_000)
    for _ in range(150):
        error = BaseExceptionGroup("\ud800\x00" * 1000, [error, Awkward()])
    raise error
