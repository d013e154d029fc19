"""Repositories: the reads and writes of one model."""
