"""Injection: services of the container as arguments of route handlers and dependencies."""
