"""The untrusted side: runs one submission on a real backend, in a process of its own.

Knows `checker.protocol` and nothing else of the checker. Whatever it reports is the submission's
word, since the submission shares its process and could have written every message itself.
"""
