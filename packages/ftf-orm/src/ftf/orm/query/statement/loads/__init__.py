"""Paths of relationships, and how they are loaded."""
