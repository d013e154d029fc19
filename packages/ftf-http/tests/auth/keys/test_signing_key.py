import builtins
from datetime import UTC, datetime, timedelta

import pytest
from auth_people import guarded
from auth_tokens import NOW, OTHER, SECRET, Stopped, key_of, pem
from joserfc.jwk import ECKey, OKPKey, RSAKey

from ftf.http import FastTrackFramework
from ftf.http.auth import InvalidAuthError, KeyRing, Secret, SigningKey, jwk_set_router

ENDED = datetime.fromtimestamp(NOW, UTC)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"junk",
        RSAKey.generate_key(2048).as_pem(private=True),
        ECKey.generate_key("P-384").as_pem(private=True),
        OKPKey.generate_key("X25519").as_pem(private=True),
    ],
    ids=["nothing", "junk", "RSA", "P-384", "X25519"],
)
def test_edge_s13_another_key_is_refused_by_its_setting_and_never_by_its_value(value):
    with pytest.raises(InvalidAuthError, match="is not an Ed25519 or P-256 key as PEM") as refused:
        SigningKey.load(value, setting="signing_key")
    assert str(refused.value) == (
        "signing_key is not an Ed25519 or P-256 key as PEM.\n"
        "Make one: `openssl genpkey -algorithm ed25519`."
    )


def test_edge_s14_the_name_of_a_key_is_its_thumbprint():
    # RFC 8037, appendix A.3.
    public = OKPKey.import_key(
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    )
    key = SigningKey.load(public.as_pem(private=False))
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert not key.can_sign
    assert key_of("EdDSA").can_sign


def test_only_a_key_that_can_sign_is_active():
    public = ECKey.import_key(pem("ES256")).as_pem(private=False)
    with pytest.raises(InvalidAuthError, match="active key has no private half"):
        KeyRing(SigningKey.load(public))
    ring = KeyRing(key_of("EdDSA"), retired=[SigningKey.load(public)])
    with pytest.raises(InvalidAuthError, match="active key has no private half"):
        ring.replace(SigningKey.load(public))


@pytest.mark.parametrize("closed", [False, True])
async def test_edge_s14_the_public_keys_are_published_and_no_other(serve, closed):
    app = guarded(closed=closed)
    ended = SigningKey.load(OKPKey.generate_key("Ed25519").as_pem(private=True), until=ENDED)
    retired = SigningKey.load(
        OKPKey.generate_key("Ed25519").as_pem(private=True), until=ENDED + timedelta(seconds=1)
    )
    secret = SigningKey.from_secret(Secret(SECRET))
    ring = KeyRing(key_of("EdDSA"), following=[key_of("ES256")], retired=[secret, retired, ended])
    app.include_router(jwk_set_router(ring, Stopped()))
    async with serve(app) as client:
        answer = await client.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    keys = answer.json()["keys"]
    assert [key["kid"] for key in keys] == [
        key_of("EdDSA").kid,
        key_of("ES256").kid,
        retired.kid,
    ]
    assert {frozenset(key) for key in keys} == {
        frozenset({"kty", "crv", "x", "kid", "alg", "use"}),
        frozenset({"kty", "crv", "x", "y", "kid", "alg", "use"}),
    }


def test_edge_s14_secrets_are_not_published():
    ring = KeyRing(SigningKey.from_secret(Secret(SECRET)))
    with pytest.raises(InvalidAuthError, match="has no public key to publish"):
        FastTrackFramework().include_router(jwk_set_router(ring))


def test_edge_s96_without_joserfc_one_line_names_the_extra(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **options):
        if name.startswith("joserfc"):
            raise ModuleNotFoundError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    for make in (
        lambda: SigningKey.from_secret(Secret(OTHER)),
        lambda: SigningKey.load(b"junk"),
    ):
        with pytest.raises(InvalidAuthError, match=r'need joserfc.\nInstall it: `pip install "ftf'):
            make()
