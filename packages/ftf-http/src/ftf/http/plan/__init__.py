"""The compiled plan of a route: what FastAPI does for each request, decided once."""
