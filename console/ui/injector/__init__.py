"""The fault injector's own small window: a program of its own that talks to the simulated devices, not to the collector."""
