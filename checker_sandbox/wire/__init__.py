"""All that passes between the judge and a sandbox, and the limits that both know.

`messages` and `link` are the conversation of a run, `plain` the values that may stand in it, and
`control` what the judge tells the fork server. The judge imports this of the sandbox, and nothing else.
"""
