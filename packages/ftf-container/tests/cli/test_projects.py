"""Where a project and its application are found, and what is said where they are not."""

import sys

import pytest


def test_cli_4_the_nearest_pyproject_with_a_table_of_ours_counts(shop):
    shop.command(
        "greet",
        "from ftf.container.cli import Project\ndef greet(project: Project): print(project.root)",
    )
    inner = shop.write("web/pyproject.toml", "[project]\nname = 'web'\n").parent
    shop.monkeypatch.chdir(inner)
    assert shop.run("greet").stdout == f"{shop.root.resolve()}\n"
    shop.monkeypatch.chdir(shop.root.parent)
    assert shop.run("--project", str(shop.root), "greet").exit_code == 0
    assert shop.run("--project", "missing", "greet").exit_code == 2


def test_cli_4_a_command_that_needs_a_project_fails_without_one(shop, monkeypatch):
    inner = shop.root / "other"
    (inner / ".git").mkdir(parents=True)
    text = "from ftf.container.cli import Project\ndef show(project: Project): ..."
    shop.write("other/acme.py", text)
    monkeypatch.syspath_prepend(inner)
    monkeypatch.chdir(inner)
    shop.install("acme", show="acme:show")
    result = shop.run("show")
    assert result.exit_code == 2
    assert result.stderr.count("pyproject.toml\n") == 1  # the search ends at .git


def test_cli_4_without_a_project_it_is_said_what_was_looked_for(shop, folder):
    (folder / "pyproject.toml").write_text("")
    assert shop.run("--help").exit_code == 0
    result = shop.run("container", "validate")
    assert result.exit_code == 2
    assert "There is no project here" in result.stderr
    assert str(folder / "pyproject.toml") in result.stderr
    assert "ftf new NAME" in result.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[tool.ftf\napp = 1", "is not valid TOML: Expected ']' at the end of a table declaration"),
        ("[tool]\nftf = 1", r"[tool.ftf] must be a table, not 1"),
        ("[tool.ftf]\napps = 'x'", "[tool.ftf] has an unknown key 'apps': did you mean 'app'?"),
        ("[tool.ftf]\nzzz = 'x'", "[tool.ftf] has an unknown key 'zzz': known are app, path"),
        ("[tool.ftf]\napp = 1", "[tool.ftf] app must be a text, not 1"),
        ("[tool.ftf]\ndisposable = 'x'", "disposable must be a list of names of databases"),
        ("[tool.ftf]\ndisposable = [1]", "disposable must be a list of names of databases"),
    ],
)
def test_cli_4_a_fault_of_the_settings_names_file_and_place(shop, text, problem):
    file = shop.write("pyproject.toml", text)
    result = shop.run("container", "validate")
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert problem in result.stderr
    listed = shop.run("list")
    assert listed.exit_code == 0
    assert "The commands of this project are left out" in listed.stderr


def test_cli_4_a_table_tool_that_is_none_is_no_project(shop):
    shop.write("pyproject.toml", "tool = 1")
    assert "There is no project here" in shop.run("container", "validate").stderr
    shop.write("pyproject.toml", "[tool]\nfastapi = 1")
    assert "There is no project here" in shop.run("container", "validate").stderr


def test_cli_4_modules_are_found_in_src_or_where_the_settings_say(shop):
    shop.write("src/store/commands/hello.py", "def hello(): print('src')")
    shop.write("pyproject.toml", '[tool.ftf]\napp = "store.main:app"')
    assert shop.run("hello").stdout == "src\n"
    shop.write("code/jobs/hello.py", "def hello(): print('code')")
    shop.write("pyproject.toml", '[tool.ftf]\napp = "main:app"\npath = "code"\ncommands = "jobs"')
    assert shop.run("hello").stdout == "code\n"


def test_what_settings_leave_out_follows_from_the_application(shop):
    from ftf.container.cli import Project

    project = Project(shop.root, {"app": "shop.main:app"})
    found = (project.models, project.commands, project.seeders, project.alembic.name)
    assert found == ("shop.models", "shop.commands", "shop.seeders", "alembic.ini")
    assert Project(shop.root, {}, "main:app").models == "models"
    assert Project(shop.root, {"disposable": ["a"]}).disposable == ("a",)
    assert project.disposable == ()


def test_cli_5_the_application_is_that_of_the_command_line_the_variable_or_the_project(shop):
    text = "from shop.main import Numbers\ndef greet(numbers: Numbers): print('ok')"
    shop.command("greet", text)
    shop.write("pyproject.toml", '[tool.fastapi]\nentrypoint = "shop.main:container"')
    assert "([tool.fastapi] entrypoint)" in shop.run("-v", "greet").stderr
    shop.write(
        "pyproject.toml",
        '[tool.ftf]\napp = "shop.main:container"\n[tool.fastapi]\nentrypoint = "x:y"',
    )
    assert "shop.main:container ([tool.ftf] app)" in shop.run("-v", "greet").stderr
    shop.monkeypatch.setenv("FTF_APP", "shop.main:container")
    assert "(FTF_APP)" in shop.run("-v", "greet").stderr
    assert "(--app)" in shop.run("-v", "--app", "shop.main:container", "greet").stderr


def test_cli_5_a_project_without_an_application_names_what_was_looked_for(shop):
    shop.write("pyproject.toml", "[tool.ftf]")
    result = shop.run("container", "validate")
    assert result.exit_code == 2
    assert "--app, FTF_APP, [tool.ftf] app, [tool.fastapi] entrypoint" in result.stderr


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("shop.main", "write module:attribute, or module:function() to call a function"),
        ("shop.main:()", "write module:attribute"),
        ("shop.main:none", "module 'shop.main' has no attribute 'none'"),
        ("shop.missing:app", "there is no module 'shop.missing' in "),
        ("shop.main:number()", "1 cannot be called: leave out the parentheses"),
        ("shop.main:number", "1 is not an application or a Container"),
        ("shop.main:needy()", "cannot be called without arguments: missing a required argument"),
        ("shop.main:later()", "the function is async"),
        ("shop.main:bare()", "has no container: use FastTrackFramework"),
    ],
)
def test_cli_5_what_is_no_application_is_named_with_its_source(shop, target, problem):
    shop.write(
        "shop/main.py",
        """
        number = 1
        def needy(x): ...
        async def later(): ...
        class Bare:
            def __call__(self): ...
        bare = Bare
    """,
    )
    result = shop.run("--app", target, "container", "validate")
    assert result.exit_code == 2
    assert f"The application is {target} (--app), but " in result.stderr
    assert problem in result.stderr


def test_cli_5_a_container_is_that_of_the_application_or_of_its_middleware(shop):
    shop.write(
        "shop/main.py",
        """
        from types import SimpleNamespace
        from ftf.container import Container

        class App:
            def __call__(self): ...

        def create_app():
            app = App()
            app.container = Container()
            return app

        plain = App()
        given = SimpleNamespace(kwargs={"container": Container()})
        plain.user_middleware = [SimpleNamespace(), given]
        built_in = dict
    """,
    )
    for target in ("shop.main:create_app()", "shop.main:plain"):
        assert shop.run("--app", target, "container", "validate").exit_code == 0
    assert "{} is not an application" in (
        shop.run("--app", "shop.main:built_in()", "container", "validate").stderr
    )


def test_cli_6_an_import_that_fails_inside_of_the_application_shows_its_frames(shop):
    shop.write("shop/main.py", "import shop.inner\n")
    inner = shop.write("shop/inner.py", "import not_installed\n")
    result = shop.run("container", "validate")
    assert result.exit_code == 1
    assert f'File "{inner}", line 1' in result.stderr
    assert "No module named 'not_installed'" in result.stderr
    assert "importlib" not in result.stderr
    inner.write_text("raise ValueError('no')\n")
    assert "ValueError: no" in shop.run("container", "validate").stderr
    inner.write_text("1 .x\n")
    assert "AttributeError" in shop.run("container", "validate").stderr
    shop.write("shop/main.py", "def make(): raise ValueError('made')")
    assert (
        "ValueError: made" in shop.run("--app", "shop.main:make()", "container", "validate").stderr
    )


def test_cli_5_an_instance_whose_class_has_no_signature_is_called(shop):
    shop.write(
        "shop/main.py",
        "from ftf.container import Container\nclass A(Container): ...\n"
        "import functools\nmake = functools.partial(max, [A(), ], key=id)",
    )
    assert shop.run("--app", "shop.main:make()", "container", "validate").exit_code == 0
    assert "shop.main" in sys.modules
