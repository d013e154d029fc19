"""`ftf container validate`, `explain` and `graph`."""

import json
from xml.etree import ElementTree as ET

import pytest

MAIN = """
from ftf.container import Container

class Engine: ...
class Session:
    def __init__(self, engine: Engine) -> None: ...
class Posts:
    def __init__(self, session: Session) -> None: ...
class Lonely: ...
class Outer:
    class Session: ...

container = Container()
container.register(Engine, scope="singleton")
container.register(Session, scope="scoped")
container.register(Posts)
container.register(Lonely)
"""


@pytest.fixture
def store(shop):
    shop.write("shop/main.py", MAIN)
    return shop


def test_validate_says_that_every_service_can_be_built(store):
    result = store.run("container", "validate")
    assert result.stdout == (
        "Every service of shop.main:container ([tool.ftf] app) can be built.\n"
    )
    assert json.loads(store.run("--json", "container", "validate").stdout)["faults"] == []


def test_validate_reports_services_routes_and_commands_once(store):
    store.write(
        "shop/main.py",
        MAIN
        + """
from typing import Protocol
from ftf.container import GraphError
class Mailer(Protocol): ...
class Letters:
    def __init__(self, mailer: Mailer) -> None: ...
class App:
    container = container
    def __call__(self): ...
    def validate_injections(self): container.validate()
app = App()
container.register(Letters)
""",
    )
    store.command(
        "send",
        """
        from typing import Protocol
        from ftf.container.cli import Console
        class Postman(Protocol): ...
        def send(name: str, postman: Postman, console: Console) -> None: ...
    """,
    )
    result = store.run("--app", "shop.main:app", "container", "validate")
    assert result.exit_code == 1
    assert result.stderr.count("registered for Mailer") == 1
    assert "Postman" in result.stderr
    assert "ftf send" in result.stderr


def test_explain_draws_how_a_service_is_built(store):
    for typed in ("Posts", "shop.main:Posts"):
        assert "Posts" in store.run("container", "explain", typed).stdout
    assert "└─ engine: Engine" in store.run("container", "explain", "Posts").stdout


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("Psts", "No service is called Psts. Did you mean Posts?"),
        ("Xyz", "No service is called Xyz. Write it as module:Class."),
        ("shop.main:Xyz", "shop.main:Xyz is not a service: module 'shop.main' has no attribute"),
        ("shop.missing:Xyz", "shop.missing:Xyz is not a service: No module named"),
    ],
)
def test_explain_refuses_what_is_no_service(store, typed, problem):
    result = store.run("container", "explain", typed)
    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_name_of_two_services_has_to_be_written_with_its_module(store):
    store.write("shop/main.py", MAIN + "container.register(Outer.Session)\n")
    result = store.run("container", "explain", "Session")
    assert result.exit_code == 2
    assert "take one of shop.main:Session, shop.main:Outer.Session" in result.stderr
    assert store.run("container", "explain", "shop.main:Outer.Session").exit_code == 0


def test_the_graph_is_written_as_text_mermaid_svg_and_json(store):
    text = store.run("container", "graph").stdout.splitlines()
    assert "Posts [transient] → Session" in text
    assert "Lonely [transient]" in text
    assert store.run("container", "graph", "-f", "mermaid").stdout.startswith("flowchart TD")
    svg = store.run("container", "graph", "--format", "svg").stdout
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # ours
    document = json.loads(store.run("container", "graph", "-f", "json").stdout)
    (posts,) = (each for each in document["services"] if each["key"] == "Posts")
    assert posts["needs"] == ["Session"]
    assert "main.py" in posts["location"]


def test_the_graph_of_one_service_has_what_it_needs_and_what_needs_it(store):
    def names(*arguments: str) -> list[str]:
        lines = store.run("container", "graph", *arguments).stdout.splitlines()
        return [line.partition(" ")[0] for line in lines]

    assert names("Session") == ["Session", "Posts", "Engine"]
    assert names("Posts", "--depth", "1") == ["Posts", "Session"]
    refused = store.run("container", "graph", "--depth", "1")
    assert refused.exit_code == 2
    assert "name the service, too" in refused.stderr


def test_the_graph_is_written_to_a_file(store):
    result = store.run("container", "graph", "-f", "svg", "-o", "graph.svg")
    assert result.stdout == ""
    assert result.stderr == "Wrote graph.svg.\n"
    assert (store.root / "graph.svg").read_text(encoding="utf-8").endswith("</svg>\n")
