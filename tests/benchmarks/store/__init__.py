"""The parts of ``make bench NAME=store``."""
