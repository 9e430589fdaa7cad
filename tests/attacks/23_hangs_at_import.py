"""Never gets to the end of its import."""

# For: lost_update
# Sees: never let time pass
while True:
    pass
