"""Wrong answers made by machine, to see which of them the checks let pass."""
