"""Expired values, which raise an error that names the remedy where SQLAlchemy cannot load them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import InstanceState, Mapper
from sqlalchemy.util.concurrency import in_greenlet

from .exceptions import ColumnNotLoaded


def explain_expiry(mapper: Mapper[Any], _: type) -> None:
    """Make values that a rollback has expired say how they are read again."""
    manager: Any = mapper.class_manager
    manager.expired_attribute_loader = _Explained(manager.expired_attribute_loader)


@dataclass(frozen=True, slots=True)
class _Explained:
    load: Callable[..., object]

    def __call__(self, state: InstanceState[Any], names: set[str], *how: object) -> object:
        session = state.session
        asynchronous = session is not None and session.get_bind(state.mapper).dialect.is_async
        if asynchronous and not in_greenlet():
            columns = names.intersection(state.mapper.column_attrs.keys())
            raise ColumnNotLoaded(state.class_, tuple(sorted(columns)))
        return self.load(state, names, *how)
