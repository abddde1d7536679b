"""The ledger's errands: kept files, imports with their previews, papers."""
