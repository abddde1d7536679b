"""Level 4: every connection, device and part of the collector, with its state, figures and counters."""
