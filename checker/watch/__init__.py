"""`checker watch`: judges on save, and redraws.

keys      the terminal's own mode, and the keys that come from it
files     says when something below a folder may have changed
judges    processes that judge, kept warm, each of which can be ended at any moment
judging   what such a process does
messages  what passes between the two
lint      what flake8-async says
session   what is shown, and what each key and each save does to that
loop      ties them together: one task for each of them, and one queue of what has happened
"""
