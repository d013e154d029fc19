"""Errors as responses: RFC 9457 problem details, or FastAPI's shapes."""
