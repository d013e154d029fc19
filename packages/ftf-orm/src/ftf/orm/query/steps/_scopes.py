"""The steps about the scopes of a model, of which soft deletes are one."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase

from ...exceptions._text import text_of
from ...models._scopes import scope_functions
from ...models._soft_deletes import LIVING, refuse_hard_deletes
from ..statement._base import Query
from ..statement._expressions import Condition


@dataclass(frozen=True, slots=True)
class Scopes[T: DeclarativeBase](Query[T]):
    """The steps about the scopes of a model, of which soft deletes are one."""

    def without_scope(self, name: str, *models: type[DeclarativeBase]) -> Self:
        """Find records that a scope of the model hides.

        Args:
            name: The name of the scope in `__scopes__`.
            models: Instead of the query's own model, models of which it joins or eager loads
                records: `with_(User.posts).without_scope("published", Post)`.

        Raises:
            ValueError: A model has no such scope.
        """
        for model in models or (self.model,):
            _refuse_unknown(name, model)
        clauses = self.clauses
        if not models:
            kept = tuple(scope for scope in clauses.model_scopes if scope.name != name)
            return self._with(clauses._replace(model_scopes=kept))
        lifted = (*clauses.lifted, *((model, name) for model in models))
        return self._with(clauses._replace(lifted=lifted))

    def with_trashed(self, *models: type[DeclarativeBase]) -> Self:
        """Find soft-deleted records too.

        Args:
            models: Instead of the query's own model, models of which it joins or eager loads
                records: `with_(Post.comments).with_trashed(Comment)`.

        Raises:
            TypeError: A model has no soft deletes.
        """
        for model in models or (self.model,):
            refuse_hard_deletes(model)
        return self.without_scope(LIVING, *models)

    def only_trashed(self) -> Self:
        """Find soft-deleted records only.

        Raises:
            TypeError: The model has no soft deletes.
        """
        deleted_at = refuse_hard_deletes(self.model).deleted_at
        clauses = self.with_trashed().clauses
        return self._with(clauses._replace(scopes=(*clauses.scopes, deleted_at.is_not(None))))

    def within(self, *conditions: Condition) -> Self:
        """Keep records that meet every condition, whatever a later `or_where` adds.

        What the query keeps so far is not widened either. For an overridden `query` of a
        repository: `super().query().within(Invoice.tenant_id == tenant)`.

        Raises:
            TypeError: A condition is a Python value, as in `User.age is None`.
            ValueError: A condition uses another table.
        """
        return self._with(self.clauses.within(*self._checked(conditions)))


def _refuse_unknown(name: str, model: type[DeclarativeBase]) -> None:
    known = scope_functions(inspect(model))
    if name not in known:
        names = ", ".join(known) or "none"
        raise ValueError(f"{model.__name__} has no scope {text_of(name)}; it has {names}")
