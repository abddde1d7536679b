"""Alarm quality and response figures: are the alarms worth an operator's attention, and are faults answered in time."""
