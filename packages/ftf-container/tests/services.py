"""Small classes that stand for the services of an application."""

from typing import Protocol


class Settings: ...


class Engine: ...


class Pool: ...


class Session: ...


class ClosableSession:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Repository:
    def __init__(self, session: Session) -> None:
        self.session = session


class Mailer(Protocol): ...


class Smtp: ...


class Journal(list[str]): ...


class Service:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
