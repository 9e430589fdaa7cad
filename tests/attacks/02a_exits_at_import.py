"""Ends its process with exit code 0 as soon as it is imported."""

# For: lost_update
# Sees: it ended its own process (exit code 0)

import os

os._exit(0)
