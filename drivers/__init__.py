"""Wire in, samples out. Drivers know the domain's samples and points, and do not know each other."""
