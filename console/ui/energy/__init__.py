"""The energy page: what meters consumed, when, and what it cost."""
