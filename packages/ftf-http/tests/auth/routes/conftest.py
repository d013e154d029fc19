import pytest
from auth_mails import Mailbox, with_routes

from ftf.http import FastTrackFramework


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def app(any_shop, mailbox) -> FastTrackFramework:
    """An application with all ready routes, and stores of each kind in turn."""
    return with_routes(any_shop, mailbox)


@pytest.fixture
def memory_app(memory_shop, mailbox) -> FastTrackFramework:
    return with_routes(memory_shop, mailbox)
