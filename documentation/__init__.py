"""What makes the pages of `docs/` that are made from something else: `python -m documentation` writes
them, and a test makes sure that they are what it would write.

Zensical makes the site of them: `zensical build --strict`, which reads `zensical.toml`.
"""
