"""Where settings come from, and what is said of those that are missing or wrong."""

import traceback
from typing import Annotated

import pytest
from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator

from ftf.container import Container, InvalidRegistrationError
from ftf.container.environment import UnknownEnvironmentError
from ftf.container.settings import (
    AppSettings,
    InvalidSettingsError,
    SettingsFault,
    SettingsGroup,
    SettingsProvider,
)

VALUE = "hunter2"


class Mail(SettingsGroup):
    host: str = "localhost"
    port: int = 25


class Settings(AppSettings):
    database_url: str = "sqlite:///shop.db"
    secret_key: SecretStr = Field(SecretStr("k" * 32), min_length=32)
    mail: Mail = Mail()
    tags: tuple[str, ...] = ()


def read[S: AppSettings](settings: type[S], values: dict[str, object] | None = None) -> S:
    container = Container()
    container.add_provider(SettingsProvider(settings, values))
    return container.resolve(settings)


def faults_of(settings: type[AppSettings]) -> tuple[SettingsFault, ...]:
    with pytest.raises(InvalidSettingsError, match="cannot be read") as e:
        read(settings)
    assert e.value.__context__ is None
    assert e.value.__cause__ is None
    shown = traceback.TracebackException.from_exception(e.value, capture_locals=True).format()
    for text in (*shown, repr(e.value), str(e.value)):
        assert VALUE not in text
    assert e.value.settings is e.value.key is settings
    return e.value.faults


def test_a_variable_sets_its_field_and_one_of_a_group_has_two_underscores(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/shop")
    monkeypatch.setenv("MAIL__PORT", "587")
    monkeypatch.setenv("TAGS", '["a", "b"]')
    monkeypatch.setenv("UNKNOWN", "ignored")
    settings = read(Settings)
    assert settings.database_url == "postgresql://db/shop"
    assert (settings.mail.host, settings.mail.port) == ("localhost", 587)
    assert settings.tags == ("a", "b")


def test_each_layer_takes_precedence_over_those_below(monkeypatch, write):
    monkeypatch.setenv("FTF_ENV", "staging")
    assert read(Settings).mail.port == 25
    for port, name in enumerate([".env", ".env.staging", ".env.local"], 1):
        write(name, f"MAIL__PORT={port}\n")
        assert read(Settings).mail.port == port
    monkeypatch.setenv("MAIL__PORT", "4")
    assert read(Settings).mail.port == 4
    assert read(Settings, {"mail": {"port": 5}}).mail.port == 5


def test_an_empty_variable_is_not_set(monkeypatch, write):
    write(".env", "MAIL__PORT=26\n")
    monkeypatch.setenv("MAIL__PORT", "")
    assert read(Settings).mail.port == 26


def test_settings_are_frozen_and_show_no_value(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", VALUE)
    monkeypatch.setenv("MAIL__HOST", VALUE)
    settings = read(Settings)
    assert settings.database_url == settings.mail.host == VALUE
    assert VALUE not in f"{settings!r} {settings} {settings.mail!r} {settings.mail}"
    assert repr(settings.mail) == "Mail(host='***', port='***')"
    with pytest.raises(ValueError, match="frozen"):
        settings.database_url = "x"  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        settings.mail.port = 1  # type: ignore[misc]


def test_settings_66_all_faults_are_one_report_without_values(monkeypatch, write):
    class Strict(AppSettings):
        secret_key: SecretStr = Field(min_length=32)
        mail: Mail = Mail()
        tags: tuple[str, ...] = ()
        color: str = "red"
        flags: dict[str, int] = Field(default_factory=dict)
        size: Annotated[int, Field(gt=3)] = 4

        @field_validator("color", mode="before")
        @classmethod
        def check_color(cls, value: str) -> str:
            if value != "red":
                raise ValueError(f"{value} is not a color")
            return value

    write(".env", f"MAIL__PORT={VALUE}\nTAGS=[{VALUE}\nSIZE=1\n")
    monkeypatch.setenv("SECRET_KEY", VALUE)
    monkeypatch.setenv("COLOR", VALUE)
    monkeypatch.setenv("FLAGS", f'{{"{VALUE}": "{VALUE}"}}')
    key, port, tags, color, flags, size = faults_of(Strict)
    process = "process environment"
    assert str(key) == (
        "SECRET_KEY (process environment) is not valid: "
        "value should have at least 32 items after validation."
    )
    assert (port.variable, port.source) == ("MAIL__PORT", ".env")
    assert port.problem.startswith("is not valid: input should be a valid integer")
    assert (tags.variable, tags.problem) == ("TAGS", "is not valid: input should be a valid tuple")
    assert (color.variable, color.source) == ("COLOR", process)
    assert color.problem.startswith("is not valid: value_error in test_reading.py:")
    assert flags.variable == "FLAGS"
    assert size.problem == "is not valid: input should be greater than 3"


def test_settings_66_a_validator_that_raises_anything_is_a_fault_with_its_line(monkeypatch):
    class Broken(AppSettings):
        color: str = ""

        @field_validator("color")
        @classmethod
        def find(cls, value: str) -> str:
            return {"red": "r"}[value]

    monkeypatch.setenv("COLOR", VALUE)
    (fault,) = faults_of(Broken)
    assert fault.variable.endswith("Broken")
    assert fault.problem.startswith("cannot be checked: a validator raised KeyError in test_read")


def test_settings_66_a_validator_of_all_settings_is_reported_by_the_class(monkeypatch):
    class Pair(AppSettings):
        color: str = ""

        @model_validator(mode="after")
        def check(self) -> "Pair":
            raise ValueError(self.color)

    monkeypatch.setenv("COLOR", VALUE)
    (fault,) = faults_of(Pair)
    assert fault.variable.endswith("Pair")
    assert fault.problem.startswith("is not valid: value_error in test_reading.py:")


def test_settings_67_a_missing_variable_names_the_nearest_that_is_set(monkeypatch, write):
    class Required(AppSettings):
        database_url: str
        databases_url: str = ""
        color: str

    write(".env", f"DATABSE_URL={VALUE}\n")
    monkeypatch.setenv("DATABASES_URL", VALUE)
    url, color = faults_of(Required)
    assert url == SettingsFault("DATABASE_URL", "is missing", "", "DATABSE_URL", ".env")
    assert str(url) == "DATABASE_URL is missing. Is DATABSE_URL (.env) meant to be it?"
    assert color == SettingsFault("COLOR", "is missing")


def test_a_missing_group_is_reported_by_what_it_requires():
    class Login(SettingsGroup):
        user: str
        password: SecretStr
        port: int = 1

    class Groups(AppSettings):
        login: Login
        other: Login | None
        mail: Mail

    assert [fault.variable for fault in faults_of(Groups)] == [
        "LOGIN__USER",
        "LOGIN__PASSWORD",
        "OTHER__USER",
        "OTHER__PASSWORD",
        "MAIL",
    ]


def test_a_variable_has_the_prefix_of_the_class_or_the_alias_of_the_field(monkeypatch):
    class Prefixed(AppSettings, env_prefix="SHOP_"):
        color: int
        size: int = Field(validation_alias="FONT_SIZE")
        port: int = Field(validation_alias=AliasChoices("PORT", "HTTP_PORT"))

    assert [each.variable for each in faults_of(Prefixed)] == ["SHOP_COLOR", "FONT_SIZE", "PORT"]
    monkeypatch.setenv("SHOP_COLOR", VALUE)
    monkeypatch.setenv("FONT_SIZE", VALUE)
    monkeypatch.setenv("HTTP_PORT", "80")
    found = [(each.variable, each.source) for each in faults_of(Prefixed)]
    assert found == [
        ("SHOP_COLOR", "process environment"),
        ("FONT_SIZE", "process environment"),
    ]


def test_settings_67_production_reads_no_file_and_testing_not_the_local_one(monkeypatch, write):
    write(".env", "MAIL__PORT=1\n")
    write(".env.local", "MAIL__HOST=local\n")
    write(".env.production", "MAIL__PORT=2\n")
    write(".env.testing", "DATABASE_URL=testing\n")
    monkeypatch.setenv("FTF_ENV", "production")
    assert read(Settings).mail.port == 25
    monkeypatch.setenv("FTF_ENV", "testing")
    settings = read(Settings)
    assert (settings.mail.port, settings.mail.host) == (1, "localhost")
    assert settings.database_url == "testing"
    monkeypatch.delenv("FTF_ENV")
    assert read(Settings).mail.port == 25


@pytest.mark.parametrize("environment", ["production", "local"])
def test_settings_67_a_file_that_is_named_is_the_only_one(monkeypatch, write, environment):
    write(".env", "MAIL__HOST=wrong\n")
    file = write("shop.env", "MAIL__PORT=3\n")
    monkeypatch.setenv("FTF_ENV", environment)
    monkeypatch.setenv("FTF_ENV_FILE", str(file))
    assert read(Settings).mail == Mail(port=3)
    file.unlink()
    (fault,) = faults_of(Settings)
    assert fault == SettingsFault(
        "FTF_ENV_FILE", "names a file that does not exist", "process environment"
    )


def test_settings_67_a_file_may_have_a_mark_quotes_comments_and_export(write):
    write(
        ".env",
        "\ufeffMAIL__PORT=7\r\n# a comment\r\nexport MAIL__HOST='a b#c' # d\r\n"
        'DATABASE_URL="x\\ny"\r\n',
    )
    settings = read(Settings)
    assert settings.mail == Mail(host="a b#c", port=7)
    assert settings.database_url == "x\ny"


def test_a_file_that_is_no_text_is_named(folder):
    (folder / ".env").write_bytes(f"MAIL__HOST={VALUE}\xff".encode("latin-1"))
    (fault,) = faults_of(Settings)
    assert fault == SettingsFault(".env", "is not a readable file of UTF-8")


def test_settings_68_an_unknown_environment_is_an_error_that_lists_the_known_ones(monkeypatch):
    monkeypatch.setenv("FTF_ENV", "prod")
    with pytest.raises(UnknownEnvironmentError, match="set it to one of local, testing"):
        read(Settings)


class Required(AppSettings):
    color: str


def test_the_report_says_that_no_file_is_read_in_production(folder, monkeypatch):
    (folder / ".env").write_text("COLOR=red")
    monkeypatch.setenv("FTF_ENV", "production")
    with pytest.raises(InvalidSettingsError, match="No file is read in production"):
        read(Required)


def test_the_report_says_where_variables_were_looked_for():
    with pytest.raises(InvalidSettingsError, match="COLOR is missing") as e:
        read(Required)
    assert e.value.looked_for == ("process environment", ".env.local", ".env")
    assert str(e.value).splitlines()[1:] == [
        "  COLOR is missing.",
        "Looked for in: process environment, .env.local, .env.",
        "Set these variables; `ftf config example` writes a file with all of them.",
    ]


def test_a_provider_refuses_what_is_no_class_of_settings_without_showing_it():
    for wrong in (Mail(host=VALUE), Mail, Settings(database_url=VALUE)):
        with pytest.raises(InvalidRegistrationError, match="Pass a class that derives") as e:
            SettingsProvider(wrong)  # type: ignore[type-var, arg-type]
        assert VALUE not in str(e.value)


def test_a_value_of_no_field_is_refused():
    with pytest.raises(InvalidRegistrationError, match="has no fields called colour, databse"):
        SettingsProvider(Settings, {"databse": "", "colour": "", "mail": Mail()})
    assert read(Settings, {"mail": Mail(port=9)}).mail.port == 9
