"""Assertions about rows."""
