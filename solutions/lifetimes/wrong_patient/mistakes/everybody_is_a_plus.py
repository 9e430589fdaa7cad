"""Returns the most frequent blood group.

Caught by: one_connection, nobody_else_notices, only_good_ones
"""


class Desk:
    def __init__(self, lab):
        pass

    async def blood_group(self, patient, patience):
        return "A+"
