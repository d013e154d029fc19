"""What is wrong with the environment of a deployment."""

from collections.abc import Iterator

from .._deployment import Deployment


def faults(deployment: Deployment) -> Iterator[str]:
    """Return what is wrong with the environment."""
    if deployment.environment.is_local:
        yield (
            f"The environment is {deployment.environment}: set FTF_ENV=production, or check it by "
            "`ftf --env production check --deploy`."
        )
