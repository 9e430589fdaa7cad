"""Keeps the bills to itself, and charges them, without a word to the till.

Caught by: bills_are_right, tables_overlap
"""

from collections import defaultdict


class Bills:
    def __init__(self, till, terminal):
        self._till = till
        self._terminal = terminal
        self._bills = defaultdict(list)

    async def order(self, table, dish):
        self._bills[table].append(dish)

    async def pay(self, table):
        dishes = self._bills.pop(table, [])
        await self._terminal.charge(table, dishes)
        return dishes
