"""Refreshes one token many times at once: `python refreshing_process.py URL SCHEMA TOKEN`."""

import asyncio
import sys
from hashlib import sha256

from accounts_schema import Login, User

from ftf.http.auth import Clock, KeyRing, LoginOptions, Secret, SessionTokens
from ftf.http.auth.logins._refreshing import Refreshing  # noqa: PLC2701  # without access tokens
from ftf.http.auth.orm import OrmAccounts, OrmLogins
from ftf.orm import create_engine, session_factory


async def notify(event: object) -> None:
    """Do nothing about an event."""


async def main(url: str, schema: str, token: str) -> None:
    """Print the successors that 25 refreshes got, after a line was read."""
    options = {"connect_args": {"server_settings": {"search_path": schema}}} if schema else {}
    engine = create_engine(url, **options)
    made = session_factory(engine)
    tokens = SessionTokens(KeyRing(Secret(sha256(b"secret").digest())))
    refreshing = Refreshing(
        OrmAccounts(User, User.email, made),
        OrmLogins(Login, made),
        tokens,
        Clock(),
        LoginOptions(),
    )
    async with engine.connect():
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
    done = await asyncio.gather(*(refreshing.refresh(token, None, None, notify) for _ in range(25)))
    sys.stdout.write("\n".join({tokens.refresh_token(each.login) for each in done}))
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
