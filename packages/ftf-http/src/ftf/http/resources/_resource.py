"""`Resource`: the facts of a resource controller, checked when it is added."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ftf.orm import FilterSet

from ..injection._early_checks import EarlyDependency
from ..types import key_of
from .access._policy import ResourcePolicy
from .answers._projection import Projection
from .answers._shape import deferred_of
from .bodies._rules_in import has_rules, policies_in
from .declared._mistakes import unread_names

ACTIONS: Final = (
    "index",
    "show",
    "store",
    "update",
    "replace",
    "destroy",
    "store_many",
    "update_many",
    "destroy_many",
)
_WRITES: Final = {"store", "update", "replace", "store_many", "update_many"}
_UNMATCHED: Final = {"update_many", "destroy_many"}


@dataclass(frozen=True)
class Resource:
    """The facts of a resource controller.

    Args:
        name: The name of the controller, for errors.
        model: The model of the records.
        body: The schema of what clients send.
        answer: The schema of what they get.
        actions: The actions that are served.
        declared: The filter set of the controller, if it has one.
        parent: The relationship to the record in the path, if there is one.
        completes: Whether the controller completes new records by its hooks.
        patch: The schema of what clients send to change a part of a record.
        asks: The policy of the controller, if it has one.
        requires_match: Whether changes need `If-Match`.
        repeats: What executes a new record's request once, if something does.
    """

    name: str
    model: type[DeclarativeBase]
    body: type[BaseModel]
    answer: type[BaseModel]
    actions: Sequence[str]
    declared: FilterSet[Any] | None
    parent: QueryableAttribute[Any] | None
    completes: bool
    patch: type[BaseModel] = BaseModel
    asks: object = None
    requires_match: bool = False
    repeats: object = None

    @cached_property
    def policy(self) -> ResourcePolicy | None:
        """What the actions ask about the user, if the controller has a policy."""
        if self.asks is None:
            return None
        return ResourcePolicy(self.name, self.model, self.asks, self.projection.shape)

    @cached_property
    def version(self) -> str:
        """The attribute with the version of a record, or "" if the records have none."""
        mapper = inspect(self.model)
        column = mapper.version_id_col
        return "" if column is None else mapper.get_property_by_column(column).key

    @cached_property
    def filters(self) -> FilterSet[Any]:
        """What clients may ask of the list; by default a page of it."""
        return FilterSet(self.model) if self.declared is None else self.declared

    @cached_property
    def projection(self) -> Projection[Any, Any]:
        """What answers show of a record."""
        return Projection(self.model, self.answer)

    @cached_property
    def key(self) -> object:
        """The type of the primary key in a path."""
        return key_of(self.model)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields of the body that are attributes of the record."""
        known = {attribute.key for attribute in inspect(self.model).column_attrs}
        return tuple(name for name in self.body.model_fields if name in known)

    @cached_property
    def deferred(self) -> tuple[QueryableAttribute[Any], ...]:
        """The columns of the body that a query loads only where it is asked to."""
        return tuple(deferred_of(self.model, self.body.model_fields).values())

    @cached_property
    def has_rules(self) -> bool:
        """Whether the schema of the body has rules about stored records."""
        return has_rules(self.body)

    @cached_property
    def foreign_key(self) -> str:
        """The attribute of a record that refers to its parent."""
        if self.parent is None:
            return ""
        mapper = inspect(self.model)
        relation = mapper.relationships.get(getattr(self.parent, "key", ""))
        owner = getattr(self.parent, "class_", None)
        pairs = (
            relation.local_remote_pairs or [] if relation and owner in self.model.__mro__ else []
        )
        if relation is None or relation.uselist or len(pairs) != 1:
            raise TypeError(
                f"{self.name}.parent must be a relationship of {self.model.__name__} to one record "
                f"by one foreign key, such as Comment.post, not {self.parent}."
            )
        key: str = mapper.get_property_by_column(pairs[0][0]).key
        return key

    @cached_property
    def parent_model(self) -> type[DeclarativeBase]:
        """The model of the record in the path."""
        assert self.parent is not None  # noqa: S101  # asked for by controllers with a parent only
        found: type[DeclarativeBase] = self.parent.property.mapper.class_
        return found

    def refers(self, names: Iterable[str]) -> bool:
        """Return whether an attribute among those of the model is a foreign key."""
        columns = inspect(self.model).columns
        return any(columns[name].foreign_keys for name in names)

    def check(self, prefix: str, *, reads_path: bool = False) -> None:
        """Check what can be known before a request.

        Args:
            prefix: The prefix of the controller.
            reads_path: Whether the controller may read parameters of the prefix itself.

        Raises:
            TypeError: A schema does not fit the model.
            ValueError: An action is unknown, a filter is about what answers do not show, or the
                prefix does not name the parent.
        """
        if isinstance(self.actions, str):
            raise TypeError(
                f"{self.name}.actions is a text: write `actions = ({self.actions!r},)`."
            )
        if inspect(self.model, raiseerr=False) is None:
            raise TypeError(f"{self.name}: {self.model.__name__} has no table: name a model.")
        unknown = [name for name in self.actions if name not in ACTIONS]
        if unknown or not self.actions:
            wrong = f"has an unknown action {unknown[0]!r}" if unknown else "has no actions"
            raise ValueError(f"{self.name} {wrong}: actions can have {', '.join(ACTIONS)}.")
        declared: object = self.declared
        if declared is not None and getattr(declared, "model", None) is not self.model:
            raise TypeError(f"{self.name}.filters must be a FilterSet of {self.model.__name__}.")
        _ = self.key, self.foreign_key
        self._check_prefix(prefix, reads_path=reads_path)
        self._check_policy()
        if not (self.repeats is None or isinstance(self.repeats, EarlyDependency)):
            given = f"not {self.repeats!r}"
            raise TypeError(f"{self.name}.idempotency must be `idempotent(...)`, {given}.")
        if self.requires_match and not self.version:
            raise ValueError(
                f"{self.name}.require_match needs records with a version: add the mixin `Versioned`"
                f" to {self.model.__name__}."
            )
        unmatched = sorted(_UNMATCHED & {*self.actions})
        if self.requires_match and unmatched:
            raise ValueError(
                f"{self.name} has require_match, and {unmatched[0]} has one header for many "
                "records: leave the action out, or require_match."
            )
        self._check_shown()
        if _WRITES & {*self.actions}:
            for fault in self._faults_of_body():
                raise TypeError(f"{self.name}: {self.body.__name__}{fault}")

    def _check_prefix(self, prefix: str, *, reads_path: bool) -> None:
        unread = unread_names(prefix, self.parent.key if self.parent is not None else "")
        if unread and self.parent is None and not reads_path:
            raise ValueError(
                f"{self.name} names {{{unread[0]}}} in its prefix, which no action reads: write "
                f"`parent = {self.model.__name__}.{unread[0]}`, or read it in `scope`."
            )
        if self.parent is not None and f"{{{self.parent.key}}}" not in prefix:
            name = self.parent.key
            raise ValueError(
                f"{self.name} has the parent {self.parent}, but its prefix has no {{{name}}}: "
                f"write, as an example, prefix = '/{name}s/{{{name}}}{prefix}'."
            )

    def _check_policy(self) -> None:
        hidden_by = sorted(each.__name__ for each in policies_in(self.body))
        if self.policy is None and hidden_by:
            raise TypeError(
                f"{self.body.__name__} has rules with `visible={hidden_by[0]}`, and {self.name} "
                "has no policy, so that no user is known: write `policy = ...`."
            )
        if self.policy is None and self.projection.shape.conditions:
            raise TypeError(
                f"{self.answer.__name__} has fields with a When, and {self.name} has no policy, so "
                "that no user would see them: write `policy = ...`."
            )
        missing = self.policy.missing(self.actions) if self.policy is not None else []
        if missing:
            methods = ", ".join(f"`{each}`" for each in missing)
            raise TypeError(
                f"{self.name} asks its policy for {methods}, which {self.policy} does not have: "
                "write the methods, or leave the actions out."
            )

    def _check_shown(self) -> None:
        shape = self.projection.shape
        self.projection.including(self.filters.includes)
        for used in self.filters.columns:
            column = used.column
            if isinstance(column, QueryableAttribute) and not shape.shows(used.via, column):
                raise ValueError(
                    f"{self.name}: the parameter {used.parameter!r} is about {column}, which "
                    f"{self.answer.__name__} does not show, so that clients could find out its "
                    "values: show it, leave it out, or pass unshown=True."
                )

    def _faults_of_body(self) -> Iterator[str]:
        mapper = inspect(self.model)
        reserved = {mapper.get_property_by_column(each).key for each in mapper.primary_key}
        if mapper.version_id_col is not None:
            reserved.add(mapper.get_property_by_column(mapper.version_id_col).key)
        if self.parent is not None:
            reserved.add(self.foreign_key)
        if self.body.model_config.get("extra") == "allow":
            yield " allows unknown fields: clients could write any of them."
        for name in self.body.model_fields:
            if name in reserved:
                yield f".{name} is set by the server: leave it out."
            if name in mapper.relationships:
                yield f".{name} is a relationship, which is never written: write its key."
            if name not in self.fields and not self.completes:
                yield (
                    f".{name} is not a column of {self.model.__name__}: leave it out, or override "
                    "`storing` and `updating` to do something with it."
                )
