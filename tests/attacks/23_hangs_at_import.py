"""Never gets to the end of its import."""

# For: lost_update
# Sees: has not let the event loop run since 0 s
while True:
    pass
