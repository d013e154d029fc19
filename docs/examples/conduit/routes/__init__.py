"""Conduit over HTTP."""
