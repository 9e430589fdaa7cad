"""Grading a cohort: from submissions that nobody has read to marks that stand."""
