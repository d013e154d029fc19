"""`lazy="raise"` by default, with an error that names the missing `with_`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Mapper, ORMExecuteState, RelationshipProperty, Session
from sqlalchemy.orm.base import PassiveFlag
from sqlalchemy.util.concurrency import in_greenlet

from ..exceptions import ColumnNotLoaded, RelationNotLoaded


def refuse_lazy_loads(mapper: Mapper[Any], _: type) -> None:
    """Set `lazy="raise"` on relationships without a strategy, those of mixins and backrefs too."""
    for relation in _relationships(mapper):
        if relation.lazy == "select":
            relation.lazy = "raise"
            relation.strategy_key = (("lazy", "raise"),)
        if relation.backref is not None:
            given = relation.backref
            name, options = (given, {}) if isinstance(given, str) else given
            relation.backref = (name, {"lazy": "raise", **options})


def explain_refusals(mapper: Mapper[Any], _: type) -> None:
    """Make relationships that are not loaded raise `RelationNotLoaded`."""
    for relation in _relationships(mapper):
        _allow_deletions(relation)
        _explain(mapper, relation)
        if relation.backref is not None:
            _explain(relation.mapper, relation.mapper.relationships[relation.backref[0]])


def _allow_deletions(relation: RelationshipProperty[Any]) -> None:
    """Allow a flush that deletes records to load the related ones, which order its statements."""
    # SQLAlchemy forgets NO_RAISE where tables are in a cycle: no record of a tree could be deleted.
    if (processor := relation._dependency_processor) is not None:  # noqa: SLF001  # no public name
        processor._passive_delete_flag |= PassiveFlag.NO_RAISE  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class _Explained:
    relation: str
    load: Callable[..., object]

    def __call__(self, *arguments: object, **options: object) -> object:
        try:
            return self.load(*arguments, **options)
        except InvalidRequestError as error:
            raise RelationNotLoaded(self.relation) from error


def _explain(mapper: Mapper[Any], relation: RelationshipProperty[Any]) -> None:
    attribute: Any = mapper.class_manager.get(relation.key)
    # A backref to a mapper that is not configured yet has no attribute; the event of that
    # mapper handles it.
    if attribute is not None and relation.lazy in {"raise", "raise_on_sql"}:
        load = attribute.impl.callable_
        if not isinstance(load, _Explained):
            attribute.impl.callable_ = _Explained(f"{mapper.class_.__name__}.{relation.key}", load)


def _relationships(mapper: Mapper[Any]) -> Iterator[RelationshipProperty[Any]]:
    for attribute in mapper.iterate_properties:
        if isinstance(attribute, RelationshipProperty):
            yield attribute


def _refuse_load_by_reading(query: ORMExecuteState) -> None:
    """Refuse to load an attribute that is read outside of SQLAlchemy's greenlet."""
    if not (query.is_column_load or query.is_relationship_load) or in_greenlet():
        return
    if not query.session.get_bind(**query.bind_arguments).dialect.is_async:
        return
    if query.is_relationship_load:
        path: Any = query.loader_strategy_path
        raise RelationNotLoaded(str(path[-1]))
    mapper: Any = query.bind_mapper
    options: Any = query._orm_compile_options()  # noqa: SLF001  # no public name for the columns
    columns = options._only_load_props.intersection(mapper.column_attrs.keys())  # noqa: SLF001
    raise ColumnNotLoaded(mapper.class_, tuple(sorted(columns)))


event.listen(Session, "do_orm_execute", _refuse_load_by_reading)
