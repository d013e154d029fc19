"""The pytest plugin; what it imports is light, and `-p no:ftf` leaves all of it out."""

pytest_plugins: list[str] = [
    "ftf.testing.app._plugin",
    "ftf.testing.database._fixtures",
    "ftf.testing.database._plugin",
    "ftf.testing.factories._plugin",
    "ftf.testing.isolation._plugin",
    "ftf.testing.loops._plugin",
    "ftf.testing.queries._plugin",
]
