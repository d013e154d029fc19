"""Shutdown: `Draining`, and the end of event streams."""
