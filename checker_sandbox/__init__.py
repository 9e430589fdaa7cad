"""The untrusted side: runs one submission on a real backend, in a process of its own.

A package of its own, beside the rest of the kit: its process and its jail hold this and nothing else.
What it has in common with the judge is `wire`. Whatever it reports is the submission's word, since the
submission shares its process and could have written every message itself.
"""
