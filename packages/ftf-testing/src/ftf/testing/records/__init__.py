"""Assertions about the rows of a table."""
