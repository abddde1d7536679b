"""A register on screen: what all registers share."""
