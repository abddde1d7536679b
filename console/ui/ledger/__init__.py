"""The equipment ledger: a grid to look things up and change many at once, imports, labels."""
