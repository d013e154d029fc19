"""Scopes: their instances, the builds in progress in them, and their end."""
