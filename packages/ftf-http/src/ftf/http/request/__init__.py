"""One request: its channels, its scope, its settling."""
