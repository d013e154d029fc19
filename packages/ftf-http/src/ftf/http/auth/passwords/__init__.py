"""Passwords: how they are hashed, verified, spelled, and which are too weak."""
