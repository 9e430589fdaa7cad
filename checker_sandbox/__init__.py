"""The untrusted side: runs one submission on a real backend, in a separate process.

It is a separate package because its process and its jail hold nothing else of the kit. It shares only
`wire` with the judge. Whatever it reports is only the submission's word, since the submission shares its
process and could have written every message itself.
"""
