"""Six services, each of which needs the one before it."""


class Settings:
    """Needs nothing."""

    def __init__(self) -> None:
        self.name = "chain"


class Engine:
    """Needs the settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings


class Session:
    """Needs the engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine


class Repository:
    """Needs the session."""

    def __init__(self, session: Session) -> None:
        self.session = session


class Service:
    """Needs the repository."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository


class Handler:
    """Needs the service."""

    def __init__(self, service: Service) -> None:
        self.service = service
