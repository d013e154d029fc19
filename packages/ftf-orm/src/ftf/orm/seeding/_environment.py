"""The environment that a process runs in."""

from collections.abc import Mapping

ALL = frozenset({"*"})
LOCAL = frozenset({"development", "local", "testing"})


def environment_of(variables: Mapping[str, str]) -> str:
    """Return the environment that `FTF_ENV` or `FASTAPI_ENV` names, or "production"."""
    return variables.get("FTF_ENV") or variables.get("FASTAPI_ENV") or "production"


def is_allowed(environments: frozenset[str], environment: str) -> bool:
    """Return whether a seeder runs in an environment."""
    return environments == ALL or environment in environments
