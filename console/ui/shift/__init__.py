"""The shift at the desk: start checks, 2-hourly record, handover, daily report, drills."""
