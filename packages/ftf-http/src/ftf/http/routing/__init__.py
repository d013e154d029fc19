"""Routes and controllers, and the calls of their handlers."""
