"""Everything that passes between the judge and a sandbox, and the limits that both know.

`messages` and `link` are for the conversation of a run, `plain` for the values that it may hold, and
`control` for the judge's commands to the fork server. The judge imports nothing else of the sandbox.
"""
