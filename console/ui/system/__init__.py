"""People, configuration and the audit log."""
