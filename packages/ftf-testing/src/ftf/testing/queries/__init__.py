"""Counting queries, and N+1."""
