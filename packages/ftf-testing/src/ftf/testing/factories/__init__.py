"""Factories of records, with generated values."""
