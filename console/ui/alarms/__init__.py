"""The alarm list."""
