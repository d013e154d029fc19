"""`ftf check --deploy`: what is wrong in production, a line for each fault, with its remedy."""

import json

import pytest

from ftf.container import Container
from ftf.container.cli import Application, invoke
from ftf.container.jobs import JobBackend, MemoryJobs

MAIN = """
    from pydantic import Field, SecretStr
    from ftf.container import Container
    from ftf.container.jobs import JobsProvider
    from ftf.container.settings import AppSettings, SettingsGroup, SettingsProvider

    class Mail(SettingsGroup):
        password: SecretStr = SecretStr("")

    class Settings(AppSettings):
        secret_key: SecretStr = SecretStr("do not use this in production, please")
        api_key: SecretStr | None = None
        database_password: SecretStr = SecretStr("x")
        name: str = "shop"
        mail: Mail = Mail()

    container = Container()
    container.add_provider(SettingsProvider(Settings), JobsProvider())
"""
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def deployed(shop, monkeypatch):
    shop.write("shop/main.py", MAIN)
    monkeypatch.setenv("FTF_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("DATABASE_PASSWORD", "short is fine here")
    monkeypatch.setenv("MAIL__PASSWORD", "secret")
    return shop


def faults(shop, *arguments: str) -> list[str]:
    result = shop.run("--json", "check", "--deploy", *arguments)
    found = json.loads(result.stdout)["deployment"]
    assert result.exit_code == (1 if found else 0)
    return found


def test_settings_70_secrets_are_set_and_long_enough(deployed, monkeypatch):
    jobs = "Jobs are kept in memory"
    assert [each[: len(jobs)] for each in faults(deployed)] == [jobs]
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("API_KEY", "too-short")
    monkeypatch.delenv("DATABASE_PASSWORD")
    monkeypatch.delenv("MAIL__PASSWORD")
    found = faults(deployed)
    assert [each.partition(":")[0] for each in found] == [
        "Jobs are kept in memory, and lost when their process ends",
        "SECRET_KEY is its default, which is in the code",
        "API_KEY has fewer than 32 characters",
        "DATABASE_PASSWORD is its default, which is in the code",
        "MAIL__PASSWORD is empty",
    ]
    assert "too-short" not in str(found)


async def test_settings_70_the_container_of_a_test_stays_open(deployed):
    closed = []

    async def keep():
        yield MemoryJobs()
        closed.append("closed")

    async with Container() as container:
        container.register(JobBackend, keep, scope="singleton")
        application = Application("shop:app", "test", loaded=container, container=container)
        result = await invoke(["check", "--deploy"], application=application, start=deployed.root)
        assert (result.exit_code, closed) == (1, [])
    assert "Jobs are kept in memory" in result.stdout
    assert closed == ["closed"]


def test_settings_70_a_deployment_is_no_local_environment(deployed, monkeypatch):
    monkeypatch.setenv("FTF_ENV", "local")
    first, *_ = faults(deployed)
    assert first.startswith("The environment is local: set FTF_ENV=production")


def test_settings_70_settings_that_cannot_be_read_are_reported_first(deployed, monkeypatch):
    deployed.write("shop/main.py", MAIN.replace('name: str = "shop"', "name: str"))
    result = deployed.run("check", "--deploy")
    assert result.exit_code == 1
    assert "ftf config check" in result.stderr
    assert "The deployment is checked once settings and services are right." in result.stderr


def test_settings_70_packages_bring_checks_of_their_own(shop, monkeypatch):
    monkeypatch.setenv("FTF_ENV", "production")
    monkeypatch.setenv("WEB_CONCURRENCY", "3")
    shop.write("acme.py", "")
    shop.write(
        "acme_checks.py",
        """
        from ftf.container.cli import Exit

        async def slow(deployment):
            return [f"{deployment.workers} workers share a file: use one."]

        def broken(deployment):
            raise Exit("The mail server cannot be reached.")
        """,
    )
    text = "[ftf.deployment]\nacme = acme_checks:slow\nshop.main = acme_checks:broken\nno = no:no\n"
    shop.write("site/acme-1.0.dist-info/entry_points.txt", text)
    monkeypatch.syspath_prepend(shop.root / "site")
    shop.write(
        "shop/main.py", "import acme\nfrom ftf.container import Container\ncontainer = Container()"
    )
    expected = ["3 workers share a file: use one.", "The mail server cannot be reached."]
    assert faults(shop) == expected
    assert faults(shop, "--workers", "2")[0].startswith("2 workers")
    monkeypatch.setenv("WEB_CONCURRENCY", "many")
    assert faults(shop)[0].startswith("1 workers")
