"""The pytest plugin; what it imports is light, and `-p no:ftf` leaves all of it out."""

pytest_plugins = ("ftf.testing._plugin_database",)
