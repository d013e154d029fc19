"""The declarative base of all models."""

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy import MetaData, event
from sqlalchemy.orm import DeclarativeBase

from ._in_place import watch_values
from ._lazy_loads import explain_refusals, refuse_lazy_loads
from ._scopes import ScopeFunction, keep_without_hidden
from ._versioned import add_version, refuse_lost_version

# Without names, SQLite's batch migrations and DROP CONSTRAINT cannot address a constraint.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all models: constraints have names, and there is no implicit lazy loading.

    A relationship that `with_` did not load raises when it is read, instead of running a query,
    which async code cannot do there. `relationship(lazy=True)` or another strategy than
    "select", SQLAlchemy's default, opts out.

    `__scopes__` hides records from all queries by conditions with names, which `without_scope`
    lifts: `__scopes__ = {"published": lambda post: post.published_at.is_not(None)}`. A model has
    those of its bases too.

    An abstract subclass may have a `metadata` and a `registry` of its own. Two parts of an
    application that each have a class `Post` need a registry each, or name the class with its
    module, as in `relationship("shop.models.Post")`.
    """

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING_CONVENTION)
    __scopes__: ClassVar[Mapping[str, ScopeFunction]] = {}

    def __init_subclass__(cls, **options: object) -> None:
        if "registry" in cls.__dict__:
            # SQLAlchemy looks up `_sa_registry`; it reads `registry` only from a direct subclass of
            # DeclarativeBase.
            cls._sa_registry = cls.registry
        add_version(cls)
        super().__init_subclass__(**options)


event.listen(Base, "before_mapper_configured", refuse_lazy_loads, propagate=True)
event.listen(Base, "mapper_configured", explain_refusals, propagate=True)
event.listen(Base, "mapper_configured", watch_values, propagate=True)
event.listen(Base, "mapper_configured", keep_without_hidden, propagate=True)
event.listen(Base, "mapper_configured", refuse_lost_version, propagate=True)
