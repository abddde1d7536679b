"""Import of a point list: choose a file, say which column is what, look at what would change, apply."""
