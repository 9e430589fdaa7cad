"""The search for an order in which a submission goes wrong, one idea a file.

`explore` says which worlds are tried, and `strategies` which schedulers take turns: those of `walk`,
`weighted` and `priorities`. `exhaustive` goes through all orders where there are few. `shrink` makes
the world that was found as small as it can be.
"""
