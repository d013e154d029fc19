"""Generic classes, and a factory of them."""

from services import Pool


class Model: ...


class User(Model): ...


class Order(Model): ...


class Repository[M]:
    def __init__(self, pool: Pool, model: type[M]) -> None:
        self.pool, self.model = pool, model


class SqlRepository[M](Repository[M]):
    table = "sql"


class UserRepository(Repository[User]):
    def __init__(self) -> None: ...


def make_repository[M](pool: Pool, model: type[M]) -> Repository[M]:
    return SqlRepository(pool, model)
