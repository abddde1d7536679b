"""Spare parts and vendors."""
