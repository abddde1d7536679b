"""Level 1: the estate on one screen, readable from three metres."""
