"""Grading a cohort: submissions that nobody has read, and marks that hold."""
