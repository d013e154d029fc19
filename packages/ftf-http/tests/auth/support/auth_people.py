"""Users and guards of tests: the credential is a name in a header."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from ftf.http import FastTrackFramework
from ftf.http.auth import Guard, Identity, Unauthenticated, Users


@dataclass
class Person:
    id: int
    name: str = ""
    is_active: bool = True
    auth_version: int = 0


@dataclass
class People:
    """Users in memory, which count how often one was looked up."""

    all: dict[str, Person] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    def add(self, *people: Person) -> None:
        self.all |= {str(person.id): person for person in people}

    async def find(self, subject: str) -> Person | None:
        self.found.append(subject)
        return self.all.get(subject)

    def subject_of(self, user: Person) -> str:
        return str(user.id)

    def version_of(self, user: Person) -> int:
        return user.auth_version

    def is_active(self, user: Person) -> bool:
        return user.is_active


class HeaderGuard(Guard):
    """`X-User: 7 read,write` is the user 7 with two scopes; `X-User: bad` is not valid."""

    header = "x-user"
    challenge = "Bearer"

    async def authenticate(self, connection) -> Identity | None:
        sent = connection.headers.get(self.header)
        if sent is None:
            return None
        subject, _, scopes = sent.partition(" ")
        if subject == "bad":
            raise Unauthenticated("The token is not valid.")
        allowed: Iterable[str] = scopes.split(",") if scopes else ["*"]
        return Identity(subject=subject, guard="", scopes=frozenset(allowed))


class CookieLikeGuard(HeaderGuard):
    header = "x-cookie"
    challenge = None
    security_scheme: ClassVar = {"type": "apiKey", "in": "cookie", "name": "session"}


def guarded(*, closed: bool = False, **options: object) -> FastTrackFramework:
    """Return an application with two guards and three users."""
    app = FastTrackFramework(**options)
    app.add_guard("api", HeaderGuard)
    app.add_guard("web", CookieLikeGuard)
    people = People()
    people.add(Person(1, "Ann"), Person(7, "Bob"), Person(8, "Cy", is_active=False))
    app.instance(People, people)
    app.instance(Users, people)
    if closed:
        app.require_login()
    return app
