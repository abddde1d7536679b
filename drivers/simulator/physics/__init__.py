"""How the simulated equipment behaves. Pure: no sockets, no clock of its own; the same seed and times give the same values."""
