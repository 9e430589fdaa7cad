"""A report, for people: what it says is decided elsewhere, how it looks is decided here."""
