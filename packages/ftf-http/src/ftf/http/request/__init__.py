"""One request: its ASGI channels, its container scope, its settling."""
