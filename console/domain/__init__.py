"""Pure meaning: points, alarms, faults, clocks, orders, plans, commands and events.

Nothing here knows Qt, SQL, sockets or a clock of its own; every function that depends on time is told the time
as integer UTC nanoseconds.
"""
