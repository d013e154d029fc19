"""The pytest plugin; what it imports is light, and `-p no:ftf` leaves all of it out."""

pytest_plugins: list[str] = [
    "ftf.testing.app._plugin",
    "ftf.testing.database._plugin",
    "ftf.testing.loops._plugin",
    "ftf.testing.queries._plugin",
]
