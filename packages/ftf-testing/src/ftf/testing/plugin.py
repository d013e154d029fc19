"""The pytest plugin; what it imports is light, and `-p no:ftf` leaves all of it out."""

pytest_plugins: list[str] = [
    "ftf.testing._plugin_app",
    "ftf.testing._plugin_database",
    "ftf.testing._plugin_loops",
    "ftf.testing._plugin_queries",
]
