"""The commissioning bench: read by hand, scan, wire log, test sheet."""
