"""Cohorts that are made up, and what their attackers hand in."""
