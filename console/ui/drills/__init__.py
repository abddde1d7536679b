"""Drills, emergency plans and what was done by them, rescue records, trainings."""
