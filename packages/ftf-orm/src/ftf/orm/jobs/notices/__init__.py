"""Notices of PostgreSQL, which wake workers."""
