"""Policies: what a user may do with the records of a model."""
