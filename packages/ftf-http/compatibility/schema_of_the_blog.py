"""Whatever a client sends, the blog answers as its OpenAPI document says."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from socket import create_server
from threading import Thread
from typing import Any

import pytest
import schemathesis
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from uvicorn import Config as ServerConfig
from uvicorn import Server

from blog.__main__ import fill
from blog.app import create_app

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


# Not of the module: the server has to end before the test is asked what it has left open.
@pytest.fixture
def document(tmp_path: Path) -> Iterator[schemathesis.BaseSchema]:
    """The document of a blog with a few hundred records, served by a real server."""
    with pytest.MonkeyPatch.context() as patch, create_server(("127.0.0.1", 0)) as listener:
        patch.setenv("FTF_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/blog.db")
        command.upgrade(Config(Path(__file__).with_name("alembic.ini")), "head")
        app = create_app()
        asyncio.run(fill(app))
        server = Server(ServerConfig(app, log_level="critical"))
        serving = Thread(target=server.run, args=([listener],))
        serving.start()
        try:
            port = listener.getsockname()[1]
            yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")
        finally:
            server.should_exit = True
            serving.join()


def test_every_answer_is_documented(document: schemathesis.BaseSchema) -> None:
    found = document.get_all_operations()
    operations = [result.ok() for result in found if isinstance(result, Ok)]
    assert len(operations) == 17
    for operation in operations:

        @settings(max_examples=30, deadline=None, derandomize=True, database=None)
        @given(case=operation.as_strategy())
        def conforms(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(checks=CHECKS)

        conforms()
