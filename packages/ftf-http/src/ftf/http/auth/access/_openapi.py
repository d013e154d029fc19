"""What routes demand, in the OpenAPI document."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.routing import BaseRoute

from ...routing._openapi import add_response, operations_of_routes
from ._admissions import Admissions
from ._around import Around
from ._rule import Rule

type Json = dict[str, Any]


def document_access(
    document: Json, routes: Iterable[BaseRoute], admissions: Admissions, around: Around
) -> None:
    """Add security schemes, and what each operation demands, to an OpenAPI document, in place.

    Args:
        document: The document.
        routes: The routes of the application.
        admissions: Decides about them.
        around: The marks around them.
    """
    used: dict[str, Mapping[str, object]] = {}
    for route, operation in operations_of_routes(document, routes):
        rule = admissions.rule_of(route, around)
        if rule is None or not rule.is_read:
            continue
        named = admissions.guards.named(rule.guards)
        used |= {name: guard.security_scheme for name, guard in named}
        operation["security"] = [
            *([] if rule.is_required else [{}]),
            *({name: sorted(rule.scopes)} for name, _ in named),
        ]
        _add_answers(operation, rule)
    if used:
        components = document.setdefault("components", {})
        schemes = components.setdefault("securitySchemes", {})
        schemes |= {name: dict(scheme) for name, scheme in used.items()}


def _add_answers(operation: Json, rule: Rule) -> None:
    add_response(operation, 401)
    if rule.scopes:
        add_response(operation, 403)
