import pytest
from starlette.authentication import SimpleUser, UnauthenticatedUser
from starlette.requests import HTTPConnection

from ftf.http.limits import Caller, account, account_by, both, client_network, user


def caller(client: tuple[str, int] | None = ("203.0.113.7", 5), user=None, **given: str) -> Caller:
    scope = {"type": "http", "client": client}
    if user is not None:
        scope["user"] = user
    return Caller(HTTPConnection(scope), given)


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("::ffff:102:304", "1.2.3.4"),
        ("64:ff9b::1.2.3.4", "1.2.3.4"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not:an:address", "not:an:address"),
        ("testclient", "testclient"),
    ],
)
def test_edge_s80_a_network_is_an_ipv4_address_or_the_64_of_an_ipv6_address(host, key):
    assert client_network(caller((host, 5))) == key


def test_edge_s80_a_peer_without_an_address_is_unknown():
    assert client_network(caller(None)) == "unknown"


def test_a_user_has_a_key_and_a_guest_that_of_its_network():
    known = SimpleUser("ada")
    known.__class__ = type("User", (SimpleUser,), {"identity": "7"})
    assert user(caller(user=known)) == "user:7"
    assert user(caller(user=UnauthenticatedUser())) == "203.0.113.7"
    assert user(caller()) == "203.0.113.7"


@pytest.mark.parametrize("text", ["ada@example.com", " ADA@Example.com ", "\uff41da@example.com"])
def test_edge_s81_spellings_of_one_account_have_one_key(text):
    assert account(caller(account=text)) == "ada@example.com"


def test_edge_s81_the_spelling_is_that_of_the_login():
    by = account_by(lambda text: text.replace(".", ""))
    assert by(caller(account="a.d.a")) == "ada"


@pytest.mark.parametrize("given", [{}, {"account": ""}, {"account": "x" * 10_000_000}])
def test_edge_s81_an_account_that_is_missing_or_too_long_is_left_out(given):
    assert account(caller(**given)) is None
    assert both(account, client_network)(caller(**given)) == "11:203.0.113.7"


def test_two_keys_are_one_that_no_other_pair_has():
    by = both(account, client_network)
    assert by(caller(account="ada")) == "3:ada|11:203.0.113.7"
    assert both(account, account)(caller()) is None
