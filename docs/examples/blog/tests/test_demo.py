"""The demonstration, on real sockets."""

import asyncio
from pathlib import Path
from socket import create_server

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from blog.__main__ import main
from blog.app import create_app
from blog.models import Post
from blog.tour import Call


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An SQLite database that is not there yet."""
    monkeypatch.setenv("FTF_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/blog.db")


@pytest.mark.usefixtures("migrations")
def test_every_call_that_is_shown_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--port", "0", "--check"])
    shown, made = capsys.readouterr().out.split("\n\n$ ", maxsplit=1)
    lines = [line for line in shown.splitlines() if "curl" in line]
    assert [part.splitlines()[0] for part in made.split("\n\n$ ")] == lines
    assert made.endswith(f"All {len(lines)} calls were answered as they should be.\n")


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = f"Port {port} cannot be used: .*\nChoose another one with --port"
        with pytest.raises(SystemExit, match=message):
            main(["--port", str(port)])


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([f"--port={port}"])
    assert "--port: a port is a number from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:1/blog",
        "postgresql://127.0.0.1:here/blog",
        "mysql+nodriver://127.0.0.1/blog",
        "sqlite://",
        "nonsense",
    ],
)
def test_a_database_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("FTF_DATABASE_URL", url)
    with pytest.raises(SystemExit, match=r"(?s)database cannot be used: .*\nCheck FTF_"):
        main(["--port", "0"])


def test_a_call_is_written_for_the_shell() -> None:
    call = Call(201, "POST", "/users", {"name": "O'Hara"})
    assert call.curl("http://blog") == (
        "curl -s -X POST -H 'content-type: application/json' "
        """-d '{"name": "O'"'"'Hara"}' http://blog/users"""
    )


def test_a_call_that_logs_in_keeps_the_token_in_the_shell() -> None:
    login = Call(200, "POST", "/auth/login", {"email": "a"}, keep="ADA")
    assert login.curl("http://blog").startswith("ADA=$(curl -s -X POST ")
    call = Call(200, "GET", "/users/me", by="ADA", show=("etag",))
    assert call.curl("http://blog") == (
        'curl -si http://blog/users/me -H "authorization: Bearer $ADA"'
    )


@pytest.mark.usefixtures("database")
def test_a_wrong_answer_stops_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def tour(_: object) -> list[Call]:
        return [Call(200, "GET", "/"), Call(200, "GET", "/nowhere")]

    monkeypatch.setattr("blog.__main__.tour", tour)
    with pytest.raises(SystemExit, match="Expected 200"):
        main(["--port", "0", "--check"])
    assert "404" in capsys.readouterr().out


async def delete_posts() -> None:
    app = create_app()
    async with app.container, app.container.scoped_context() as scope:
        session = await scope.aresolve(AsyncSession)
        await session.execute(delete(Post))
        await session.commit()


@pytest.mark.usefixtures("database")
def test_the_calls_need_no_particular_posts() -> None:
    main(["--port", "0", "--check"])
    asyncio.run(delete_posts())
    main(["--port", "0", "--check"])
