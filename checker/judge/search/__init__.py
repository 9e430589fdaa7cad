"""The search for an order in which a submission goes wrong, one idea a file.

`portfolio` says which schedules are tried, out of the strategies in `walk`, `weighted`, `priorities`
and `exhaustive`; `shrink` makes the one that was found as small as it can be.
"""
