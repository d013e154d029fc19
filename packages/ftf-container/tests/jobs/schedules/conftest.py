import pytest
from scheduled_shop import Clock, Shop, at


@pytest.fixture
def shop(monkeypatch) -> Shop:
    clock = Clock(at("03-28T12:00"))
    monkeypatch.setattr("ftf.container.jobs.schedules._scheduler.now", clock.now)
    monkeypatch.setattr("ftf.container.jobs.schedules._scheduler.sleep", clock.sleep)
    return Shop(clock)
