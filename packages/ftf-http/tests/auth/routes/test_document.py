"""The OpenAPI document of the ready routes."""

import json

import pytest

from ftf.http import FastTrackFramework
from ftf.http.auth import auth_routes


@pytest.fixture
def document() -> dict[str, dict[str, dict[str, dict[str, dict[str, object]]]]]:
    app = FastTrackFramework()
    app.include_router(auth_routes(object))
    return app.openapi()


def test_patterns_are_those_that_json_schema_has(document) -> None:
    text = json.dumps(document)
    assert '"pattern"' in text
    assert r"\\z" not in text  # there it is the letter z


@pytest.mark.parametrize("path", ["/auth/token", "/auth/revoke"])
def test_a_refused_form_is_documented_as_rfc_6749_has_it(document, path: str) -> None:
    refused = document["paths"][path]["post"]["responses"]["400"]
    assert "application/json" in refused["content"]


def test_a_revoked_token_is_answered_without_a_body(document) -> None:
    assert "content" not in document["paths"]["/auth/revoke"]["post"]["responses"]["200"]
