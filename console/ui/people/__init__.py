"""People: skills and certificates."""
