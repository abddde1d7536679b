"""The isolation register."""
