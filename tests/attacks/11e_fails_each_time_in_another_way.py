"""Fails each time in another way, so that no failure can be reproduced."""

# For: results_from_tasks
# Sees: with the same inputs and the same replies differ

KINDS = [type(f"Kind{n}", (Exception,), {}) for n in range(256)]


def drawn():
    with open("/dev/urandom", "rb") as source:
        return source.read(1)[0]


async def compare(shops, article):
    raise KINDS[drawn()]("x")
