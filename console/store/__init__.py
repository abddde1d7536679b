"""The store: the only room that knows SQLAlchemy and SQLite. One writer (the recorder thread of the collector)."""
