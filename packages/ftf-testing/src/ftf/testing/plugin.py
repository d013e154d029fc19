"""The pytest plugin. Its imports are light; `-p no:ftf` disables all of it."""

pytest_plugins: list[str] = [
    "ftf.testing.app._plugin",
    "ftf.testing.authorization._plugin",
    "ftf.testing.cli._plugin",
    "ftf.testing.database._fixtures",
    "ftf.testing.database._plugin",
    "ftf.testing.events._plugin",
    "ftf.testing.factories._plugin",
    "ftf.testing.isolation._plugin",
    "ftf.testing.jobs._plugin",
    "ftf.testing.loops._plugin",
    "ftf.testing.queries._plugin",
]
