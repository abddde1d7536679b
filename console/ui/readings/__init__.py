"""Typed readings: the sheet that people fill in, and the month that comes of it."""
