"""The environments that a seeder runs in."""

ALL = frozenset({"*"})
LOCAL = frozenset({"development", "local", "testing"})


def is_allowed(environments: frozenset[str], environment: str) -> bool:
    """Return whether a seeder runs in an environment; "development" is another name of local."""
    local = {"local"} if "development" in environments else set()
    return environments == ALL or environment in environments | local
