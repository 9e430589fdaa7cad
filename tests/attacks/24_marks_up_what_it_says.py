"""Has markup, terminal escapes, formulas, null bytes and marks that turn text around in all that a report could show."""

# For: lost_update
# Sees: raised

import anyio

EVIL = (
    "</pre></script><script>alert('tasklings')</script><img src=x onerror=alert(1)>\x1b[2J\x1b]0;passed\x07"
    '=HYPERLINK("http://evil.example")\u202edessap\u202c]]>`${{7*7}}\r\n::error::x\u2028'
)


class Evil(Exception):
    pass


Evil.__name__ = Evil.__qualname__ = EVIL


async def raises():
    print(EVIL + "\ud800\x00")
    print("=1+1", "@SUM(1)", "+1", "-1", sep="\n")
    raise Evil(EVIL + "\ud800\x00")


raises.__name__ = raises.__qualname__ = EVIL


async def deposit_all(accounts, deposits):
    async with anyio.create_task_group() as group:
        group.start_soon(raises, name=EVIL)
