"""`ftf serve` and `ftf routes`."""

import json
import logging
import socket
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from queue import Queue
from textwrap import dedent

import pytest
import uvicorn

from ftf.container.cli import Result, invoke
from ftf.http.cli import serve

MAIN = """
    from typing import Protocol
    from fastapi import FastAPI
    from ftf.http import Controller, FastTrackFramework, Injected, get

    class Database: ...

    class Posts:
        def __init__(self, database: Database) -> None: ...

    class Clock: ...

    class Missing(Protocol): ...

    class PostController(Controller):
        prefix = "/posts"

        def __init__(self, posts: Posts) -> None: ...

        @get()
        async def index(self, clock: Injected[Clock]) -> str:
            return ""

    def create_app():
        app = FastTrackFramework()
        app.add_controller(PostController)

        @app.post("/posts/{post_id}", name="posts.change")
        async def change(post_id: int) -> str:
            return ""

        @app.websocket("/live")
        async def live(socket, broken: Injected[Missing]): ...

        inner = FastAPI()

        @inner.get("/deep")
        async def deep() -> str:
            return ""

        app.mount("/inner", inner)
        app.add_route("/bare", print)
        return app

    no_routes = print
"""


@pytest.fixture
def run(tmp_path, monkeypatch) -> Iterator[Callable[..., Awaitable[Result]]]:
    """Run a command in a project with one application."""
    file = tmp_path / "serving" / "main.py"
    file.parent.mkdir()
    (tmp_path / ".git").mkdir()
    file.write_text(dedent(MAIN))
    (tmp_path / "pyproject.toml").write_text('[tool.ftf]\napp = "serving.main:create_app()"')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTF_ENV", "testing")
    path = [*sys.path]

    async def run(*arguments: str) -> Result:
        return await invoke(arguments, start=tmp_path)

    yield run
    sys.path[:] = path
    for name in [name for name in sys.modules if f"{name}.".startswith("serving.")]:
        del sys.modules[name]


@pytest.fixture
def served(monkeypatch) -> list[tuple[str, dict[str, object]]]:
    calls: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(uvicorn, "run", lambda target, **options: calls.append((target, options)))
    return calls


async def test_serve_starts_uvicorn_on_the_import_string(run, served, tmp_path):
    result = await run("serve", "--port", "8001", "--workers", "2")
    assert result.exit_code == 0
    ((target, options),) = served
    assert (target, options["factory"]) == ("serving.main:create_app", True)
    assert (options["host"], options["port"], options["workers"]) == ("127.0.0.1", 8001, 2)
    assert (options["reload"], options["app_dir"]) == (False, str(tmp_path))
    assert "http://127.0.0.1:8001/docs" in result.stderr


async def test_serve_reloads_in_local_unless_it_is_not_to(run, served, monkeypatch, tmp_path):
    monkeypatch.setenv("FTF_ENV", "local")
    await run("serve")
    await run("serve", "--no-reload")
    await run("serve", "--workers", "2")
    assert [options["reload"] for _, options in served] == [True, False, False]
    assert served[0][1]["reload_dirs"] == [str(tmp_path)]
    refused = await run("serve", "--reload", "--workers", "2")
    assert refused.exit_code == 2
    assert "leave out --workers" in refused.stderr


async def test_serve_does_not_start_for_an_application_that_cannot_be_imported(run, served):
    result = await run("--app", "serving.main:missing", "serve")
    assert result.exit_code == 2
    assert served == []
    assert "has no attribute 'missing'" in result.stderr


async def test_serve_without_uvicorn_names_the_extra(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = await run("serve")
    assert result.exit_code == 1
    assert "pip install 'ftf-http[cli]'" in result.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  # an option
async def test_serve_opens_the_documentation_once_it_is_served(run, monkeypatch, host):
    shown: Queue[str] = Queue()
    monkeypatch.setattr(webbrowser, "open", shown.put)
    monkeypatch.setattr(uvicorn, "run", lambda *_, **__: shown.put(shown.get(timeout=60)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        await run("serve", "--open", "--host", host, "--port", str(port))
    assert shown.get_nowait() == f"http://127.0.0.1:{port}/docs"


def test_a_server_that_does_not_start_is_not_shown(monkeypatch):
    refused: list[float] = []

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(serve, "create_connection", refuse)
    monkeypatch.setattr(serve, "sleep", refused.append)
    monkeypatch.setattr(serve, "monotonic", iter([0.0, 1.0, 2.0, 61.0]).__next__)
    serve.open_once_served("::", 8000)
    assert refused == [0.1, 0.1]


@pytest.fixture
def loggers(monkeypatch) -> Iterator[None]:
    """Restore the loggers of uvicorn, which have no handlers until then."""
    found = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access")]
    before = [(each, each.level, each.propagate) for each in found]
    for each in found:
        monkeypatch.setattr(each, "handlers", [])
        monkeypatch.setattr(each, "filters", [])
        each.propagate = True  # pytest adds handlers to those that do not
    yield
    for each, level, propagate in before:
        each.setLevel(level)
        each.propagate = propagate


async def test_the_server_logs_as_the_application_does(run, served, monkeypatch, loggers, capsys):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    await run("serve")
    uvicorn.Config("serving.main:create_app", log_config=served[0][1]["log_config"])
    line = ("127.0.0.1:1", "GET", "/posts?token=secret", "1.1", 200)
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *line)
    (found,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert (found["logger"], found["path"]) == ("uvicorn.access", "/posts")
    assert "secret" not in str(found)


async def test_a_logging_configuration_of_the_application_is_left_to_it(
    run, served, monkeypatch, loggers
):
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.NullHandler()])
    await run("serve")
    assert served[0][1]["log_config"] is None


async def test_serve_works_without_a_project(run, served, tmp_path, monkeypatch):
    tmp_path.joinpath("pyproject.toml").unlink()
    assert (await run("--app", "serving.main:create_app()", "serve")).exit_code == 0
    assert served[0][1]["app_dir"] == "."


async def test_routes_are_listed_with_handlers_and_services(run):
    result = await run("--json", "routes")
    assert result.exit_code == 0, result.stderr
    found = {route["path"]: route for route in result.json["routes"]}
    posts = found["/posts"]
    assert (posts["methods"], posts["services"]) == ("GET", ["PostController", "Clock", "Posts"])
    assert posts["needs"] == ["PostController", "Clock", "Posts", "Database"]
    assert posts["handler"].startswith("serving/main.py:")
    assert found["/posts/{post_id}"]["name"] == "posts.change"
    assert found["/live"]["methods"] == "WEBSOCKET"
    assert found["/live"]["needs"] == ["Missing"]  # which cannot be built
    assert found["/inner/deep"]["services"] == []
    assert found["/bare"]["handler"] == ""
    assert "/inner" not in found


async def test_routes_can_be_chosen(run):
    async def paths(*arguments: str) -> list[str]:
        result = await run("--json", "routes", *arguments)
        return [route["path"] for route in result.json["routes"]]

    assert await paths("--path", "/posts*") == ["/posts", "/posts/{post_id}"]
    assert await paths("--method", "post") == ["/posts/{post_id}"]
    assert await paths("--name", "posts.*") == ["/posts/{post_id}"]
    assert await paths("--injected", "Posts") == ["/posts"]
    assert await paths("--injected", "Database") == ["/posts"]
    shown = await run("routes", "--injected", "Posts")
    assert shown.stdout.split() == [
        "GET",
        "/posts",
        "index",
        shown.stdout.split()[3],
        "PostController,",
        "Clock,",
        "Posts",
    ]
    assert "1 routes of serving.main:create_app() ([tool.ftf] app)" in shown.stderr


async def test_what_has_no_routes_is_an_error(run):
    result = await run("--app", "serving.main:no_routes", "routes")
    assert result.exit_code == 2
    assert "has no routes" in result.stderr
