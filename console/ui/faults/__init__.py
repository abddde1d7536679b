"""Faults: every promise as a clock, who has it, and how it is closed."""
