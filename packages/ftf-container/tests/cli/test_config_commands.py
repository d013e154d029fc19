"""`ftf config show`, `check` and `example`."""

import json

import pytest

MAIN = """
from datetime import timedelta
from pathlib import Path
from pydantic import Field, SecretStr
from ftf.container import Container
from ftf.container.settings import AppSettings, SettingsGroup, SettingsProvider

class Mail(SettingsGroup):
    host: str = Field("localhost", description="Where mails\\nare sent.")
    port: int = 25

class Login(SettingsGroup):
    user: str = ""

class Settings(AppSettings):
    secret_key: SecretStr = Field(description="At least 32 letters.", min_length=32)
    token: SecretStr = SecretStr("hunter2")
    mail: Mail = Mail()
    tags: list[str] = ["a b", "c"]
    text: str = "it's # a\\n\\"test\\" \\\\ ä"
    limit: timedelta = timedelta(minutes=30)
    debug: bool = False
    folder: Path | None = None
    made: list[int] = Field(default_factory=lambda: [1])
    template: str = "${HOME}/x"
    given: int = 0
    login: Login = Login()

container = Container()
container.add_provider(SettingsProvider(Settings, {"given": 1, "login": Login()}))
"""
KEY = "k" * 32


@pytest.fixture
def configured(shop, monkeypatch):
    names = "SECRET_KEY TOKEN MAIL MAIL__HOST MAIL__PORT TAGS TEXT LIMIT DEBUG FOLDER MADE TEMPLATE"
    for name in (*names.split(), "GIVEN", "FTF_ENV_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FTF_ENV", "staging")
    shop.write("shop/main.py", MAIN)
    return shop


def test_settings_69_show_names_the_layer_of_each_variable_and_no_value(configured, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", KEY)
    configured.write(".env.local", "MAIL__HOST=hunter2\n")
    configured.write(".env.staging", "MAIL__HOST=hunter2\nTAGS='[\"hunter2\"]'\n")
    configured.write(".env", "TAGS='[]'\nLIMIT=PT1M\n")
    result = configured.run("config", "show")
    assert result.exit_code == 0
    shown = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert shown == {
        "SECRET_KEY": "process environment",
        "TOKEN": "default",
        "MAIL__HOST": ".env.local",
        "MAIL__PORT": "default",
        "TAGS": ".env.staging",
        "TEXT": "default",
        "LIMIT": ".env",
        "DEBUG": "default",
        "FOLDER": "default",
        "MADE": "default",
        "TEMPLATE": "default",
        "GIVEN": "SettingsProvider",
        "LOGIN__USER": "SettingsProvider",
    }
    document = json.loads(configured.run("--json", "config", "show").stdout)
    assert {"variable": "TOKEN", "source": "default"} in document["settings"]
    assert document["faults"] == []


def test_show_and_check_fail_with_the_report(configured):
    shown = configured.run("config", "show")
    assert shown.exit_code == 1
    assert "SECRET_KEY   missing\n" in shown.stdout
    for words in (["config", "show"], ["config", "check"], ["check"]):
        result = configured.run(*words)
        assert result.exit_code == 1
        assert result.stderr.count("SECRET_KEY is missing.") == 1
        assert "Traceback" not in result.stderr


def test_a_group_that_is_no_json_sets_none_of_its_variables(configured, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("MAIL", "hunter2")
    result = configured.run("config", "show")
    assert result.exit_code == 1
    assert "MAIL__HOST   default\n" in result.stdout
    assert "MAIL (process environment) is not valid: input should be a valid dict" in result.stderr


def test_show_names_a_file_that_does_not_exist(configured, monkeypatch):
    monkeypatch.setenv("FTF_ENV_FILE", "missing")
    result = configured.run("config", "show")
    assert result.exit_code == 1
    assert "names a file that does not exist" in result.stderr


def test_check_passes_where_all_is_set_or_there_are_no_settings(configured, shop, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", KEY)
    result = configured.run("config", "check")
    assert result.stdout == "The settings of shop.main:container ([tool.ftf] app) can be read.\n"
    shop.write("shop/other.py", "from ftf.container import Container\ncontainer = Container()\n")
    assert shop.run("--app", "shop.other:container", "check").exit_code == 0
    result = shop.run("--app", "shop.other:container", "config", "show")
    assert result.exit_code == 1
    assert "has no settings: add `ftf.container.settings.SettingsProvider`" in result.stderr


def test_settings_69_the_example_is_read_back_to_the_defaults(configured):
    written = configured.run("config", "example").stdout
    assert "# At least 32 letters.\nSECRET_KEY=\n# TOKEN=\n# Where mails\n# are sent.\n" in written
    assert "# TEMPLATE=\n" in written
    assert "hunter2" not in written
    by_default = [line.removeprefix("# ") for line in written.splitlines() if "=" in line]
    configured.write(".env", "\n".join(by_default).replace("SECRET_KEY=", f"SECRET_KEY={KEY}"))
    shown = configured.run("config", "show")
    assert shown.exit_code == 0
    assert {".env"} == {
        line.split()[-1] for line in shown.stdout.splitlines() if line.startswith(("MAIL", "T"))
    } - {"default"}
    import shop.main

    settings = shop.main.SettingsProvider(shop.main.Settings).read()
    assert settings == shop.main.Settings.model_construct(
        **{
            name: field.get_default(call_default_factory=True)
            for name, field in shop.main.Settings.model_fields.items()
        }
        | {"secret_key": settings.secret_key}
    )
    assert settings.secret_key.get_secret_value() == KEY
