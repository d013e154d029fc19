"""Services as arguments of functions."""
