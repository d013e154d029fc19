"""Responses that cannot be sent, and whether the request is the cause."""
