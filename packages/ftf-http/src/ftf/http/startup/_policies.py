"""The check of start-up: every policy can decide, and those that handlers name were added."""

import sys
from collections.abc import Iterable

from ftf.container import Container

from ._checks import Place

_POLICIES = "ftf.http.auth.policies._policy"


def validate_policies(container: Container, places: Iterable[Place]) -> None:
    """Check the policies of an application.

    Args:
        container: The container.
        places: The routes of the application.

    Raises:
        InvalidPoliciesError: A policy cannot decide, or a handler names one that was not added.
    """
    if _POLICIES not in sys.modules:  # most applications have no policies: do not load them
        return
    from ..auth.policies import _check  # noqa: PLC0415

    _check.validate_policies(container, ((place, dependant) for place, _, dependant in places))
