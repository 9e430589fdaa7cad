"""Never gets to the end of its import."""

# For: lost_update
# Sees: has not come back to the event loop since 0 s
while True:
    pass
