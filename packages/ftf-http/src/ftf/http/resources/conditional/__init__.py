"""Requests that depend on the version of a record."""
