"""The fixture `cli`, and the application of a project without `ftf_app`."""

COMMAND = """
from shop import Desk, Mailer
from ftf.container.cli import Console

async def send(desk: Desk, console: Console, *, times: int = 1) -> None:
    console.line(f"{desk.mailer.name} {times}")
"""
TESTS = """
from shop import Fake, Mailer

async def test_a_command_sees_overrides(cli, override):
    override(Mailer, Fake)
    result = await cli("send", "--times", "2")
    assert (result.exit_code, result.stdout) == (0, "fake 2\\n")

async def test_a_wrong_command_line(cli):
    result = await cli("send", "--times", "x")
    assert result.exit_code == 2
    assert "is not a whole number" in result.stderr

async def test_a_document(cli, container):
    assert (await cli("--json", "send")).json["lines"] == ["real 1"]
    assert container.resolve(Mailer).name == "real"

async def test_a_client_next_to_it(client, cli):
    assert (await cli("send")).exit_code == 0
    assert (await client.get("/")).status_code == 200
"""


def test_cli_17_commands_run_with_the_application_under_test(project):
    pytester = project(TESTS)
    pytester.makepyprojecttoml('[tool.ftf]\napp = "shop:app"\ncommands = "errands"')
    pytester.mkpydir("errands").joinpath("send.py").write_text(COMMAND)
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=4)


def test_the_application_is_that_of_the_project_by_default(project):
    pytester = project("def test_it(app): assert app.container", app="")
    pytester.makepyprojecttoml('[tool.ftf]\napp = "shop:app"')
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_a_project_whose_application_is_wrong_fails_the_test_with_the_reason(project):
    pytester = project("def test_it(app): ...", app="")
    pytester.makepyprojecttoml('[tool.ftf]\napp = "shop:missing"')
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*The application is shop:missing (*tool.ftf* app), but *"])
    pytester.makepyprojecttoml("[tool.ftf]\napp = 1")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*app must be a text, not 1*"])
