"""Rounds: what is due, the runner, the routes."""
