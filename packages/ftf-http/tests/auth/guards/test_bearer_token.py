import pytest
from starlette.requests import HTTPConnection

from ftf.http.auth import AmbiguousCredentials, Unauthenticated
from ftf.http.auth.guards._bearer_token import bearer_token  # noqa: PLC2701  # no guard around it


def read(*values: bytes) -> str | None:
    headers = [(b"authorization", value) for value in values]
    return bearer_token(HTTPConnection({"type": "http", "headers": headers}))


@pytest.mark.parametrize("scheme", [b"Bearer", b"bearer", b"BEARER", b"bEaReR"])
def test_edge_s59_the_scheme_has_any_case(scheme):
    assert read(scheme + b" abc.def") == "abc.def"


@pytest.mark.parametrize(
    "value", [b"", b"Basic abc", b"Bearer2 abc", b"BearerX", b"DPoP abc", b"B"]
)
def test_another_scheme_is_no_credential_of_this_kind(value):
    assert read(value) is None
    assert read() is None


@pytest.mark.parametrize(
    "value", [b"Bearer", b"Bearer ", b"Bearer  abc", b"Bearer\tabc", b"Bearer \tabc", b"Bearer,abc"]
)
def test_edge_s59_anything_but_one_space_is_refused(value):
    with pytest.raises(Unauthenticated, match="is not `Bearer`, one space and a token"):
        read(value)


def test_edge_s59_two_headers_are_refused():
    with pytest.raises(AmbiguousCredentials):
        read(b"Bearer abc", b"Bearer abc")
