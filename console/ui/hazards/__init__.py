"""Hazards: board, list, ledger, one hazard with its four steps."""
