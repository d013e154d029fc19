"""When settings are read: at the start, and not at import."""

import sys
from importlib import import_module

import pytest

from ftf.container import Container, ServiceProvider
from ftf.container.settings import AppSettings, InvalidSettingsError, SettingsProvider


class Settings(AppSettings):
    shop_name: str
    debug: bool = False


class Shop(AppSettings):
    debug: bool = True


class Engine:
    def __init__(self, settings: Settings) -> None:
        self.key = settings.shop_name


def make() -> Container:
    container = Container()
    container.add_provider(SettingsProvider(Settings), SettingsProvider(Shop))
    container.register(Engine, scope="singleton")
    container.validate()
    return container


async def test_settings_68_nothing_is_read_before_the_start(monkeypatch):
    container = make()
    monkeypatch.setenv("SHOP_NAME", "abc")
    await container.boot()
    monkeypatch.setenv("SHOP_NAME", "changed later")
    assert container.resolve(Engine).key == "abc"
    assert container.resolve(Shop).debug is True
    await container.dispose_all()


async def test_settings_68_the_start_fails_with_the_report_before_another_provider_boots():
    booted: list[str] = []

    class Early(ServiceProvider):
        priority = -500

        async def boot(self) -> None:
            booted.append("early")

    container = make()
    container.add_provider(Early())
    with pytest.raises(InvalidSettingsError, match="SHOP_NAME is missing"):
        await container.boot()
    assert booted == []


async def test_settings_69_an_override_reaches_what_needs_the_settings():
    container = make()
    settings = Settings(shop_name="of the test")
    with container.override_instance(Settings, settings):
        await container.boot()
        assert container.resolve(Engine).key == "of the test"
        await container.dispose_all()


def test_settings_69_two_applications_have_settings_of_their_own():
    one, other = Container(), Container()
    one.add_provider(SettingsProvider(Settings, {"shop_name": "one"}))
    other.add_provider(SettingsProvider(Settings, {"shop_name": "other"}))
    assert one.resolve(Settings).shop_name == "one"
    assert other.resolve(Settings).shop_name == "other"


def test_without_pydantic_settings_the_error_names_the_extra(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("ftf.container.settings")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pydantic_settings", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'ftf-container\[settings\]'"):
        import_module("ftf.container.settings")
