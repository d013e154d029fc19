"""Factories, which make records for tests."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import get_original_bases
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast, get_args, get_origin

from .._mapper import mapper_of
from ._columns import FactoryError, construct, generated
from ._relations import aliases, attach, parent_of, refuse_unwritten, relation_of
from ._session_check import require_async_session
from ._source import Source, Sources

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import Mapper, QueryableAttribute

type Values = Mapping[str, object]
type State = Callable[[Values, int], Values]


@dataclass(frozen=True, slots=True)
class _Build:
    """The state that records share which are made by one call.

    Args:
        source: The source of generated values.
        pool: The records of `recycle`.
        made: The records so far, each with its factory.
        shared: The parents that several records belong to, by the identity of their factory.
        path: The factories whose definitions contain each other, outermost first.
    """

    source: Source
    pool: tuple[object, ...]
    made: "list[tuple[Factory[Any], Any]]"
    shared: dict[int, object]
    path: "tuple[type[Factory[Any]], ...]"


class Factory[T]:
    """Makes instances of a SQLAlchemy model, and generates the values that a row requires.

    A subclass names the model, and its `definition` returns the values that are not generated.
    Each step (`state`, `has`, …) returns a new factory; the factory itself is not changed.

    Args:
        session: The session that `create` adds the records to.

    Examples:
        ```python
        class PostFactory(Factory[Post]):
            def definition(self, number: int) -> Values:
                return {"title": f"Post {number}", "author": UserFactory()}

            def published(self) -> Self:
                return self.state(published=True)

        posts = await PostFactory(session).published().create_many(3)
        ```
    """

    model: ClassVar[type[Any]] = object

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for base in get_original_bases(cls):
            origin, arguments = get_origin(base), get_args(base)
            if isinstance(origin, type) and issubclass(origin, Factory):
                cls.model = next(filter(_is_class, arguments), cls.model)

    def __init__(self, session: "AsyncSession | None" = None) -> None:
        if self.model is object:
            name = type(self).__name__
            raise TypeError(f"{name} does not name a model: write `class {name}(Factory[Model])`.")
        self._session = session
        self._states: tuple[State, ...] = ()
        self._children: tuple[tuple[str, Factory[Any], int], ...] = ()
        self._pool: tuple[object, ...] = ()

    def definition(self, number: int) -> Values:  # noqa: ARG002  # for subclasses
        """Return the default values of a record, by attribute.

        A value that is a `Factory` makes another record, unless the caller passes one.

        Args:
            number: The position of the record among those of its model in the test, from 1.
        """
        return {}

    def after_make(self, made: T) -> None:
        """Change a record after it is made; override it in a subclass."""

    async def after_create(self, made: T) -> None:
        """Change a record after it is flushed; override it in a subclass."""

    def state(self, change: Callable[[Values], Values] | None = None, /, **values: object) -> Self:
        """Return a factory with other values than the definition has.

        Args:
            change: Returns them from the values so far.
            values: The values, by attribute.
        """
        return self._with_state(lambda so_far, _: {**(change(so_far) if change else {}), **values})

    def trashed(self) -> Self:
        """Return a factory whose records are soft-deleted.

        Raises:
            FactoryError: The model has no column `deleted_at`, nor one that `SoftDeletes` names.
        """
        column = getattr(self.model, "__deleted_at__", "deleted_at")
        if not hasattr(self.model, column):
            raise FactoryError(f"{self.model.__name__} has no column {column}, so none is deleted.")
        return self._with_state(lambda _, __: {column: datetime.now(UTC)})

    def sequence(self, first: Values, /, *others: Values) -> Self:
        """Return a factory that uses sets of values in turn, the first one for the first record."""
        changes = (first, *others)
        return self._with_state(lambda _, index: changes[index % len(changes)])

    def for_[R](self, relation: "QueryableAttribute[R | None]", other: "R | Factory[R]") -> Self:
        """Return a factory whose records all belong to one other record, given or made.

        Raises:
            FactoryError: When a record is made: the relation is viewonly.
        """
        return self._with_state(lambda _, __: {relation.key: other})

    def has[R](
        self,
        relation: "QueryableAttribute[Collection[R]] | QueryableAttribute[R | None]",
        factory: "Factory[R]",
        count: int = 1,
    ) -> Self:
        """Return a factory whose records each have related records.

        Args:
            relation: The relationship, to many records or to one.
            factory: The factory of the related records.
            count: How many related records each record has.

        Raises:
            FactoryError: When a record is made: the model has no such relation, or it is viewonly.
        """
        return self._but(_children=(*self._children, (relation.key, factory, count)))

    def recycle(self, *records: object) -> Self:
        """Return a factory that uses given records where it would make others of their models."""
        return self._but(_pool=(*self._pool, *records))

    def make(self, **values: object) -> T:
        """Make a record without a database."""
        return self.make_many(1, **values)[0]

    def make_many(self, count: int, /, **values: object) -> list[T]:
        """Make records without a database."""
        return self._make(self._build(), count, values)

    async def create(self, **values: object) -> T:
        """Make a record, add it to the session and flush; it is not committed.

        Raises:
            FactoryError: The factory has no session.
            TypeError: Its session is synchronous.
        """
        return (await self.create_many(1, **values))[0]

    async def create_many(self, count: int, /, **values: object) -> list[T]:
        """Make records, add them to the session and flush; they are not committed.

        Raises:
            FactoryError: The factory has no session.
            TypeError: Its session is synchronous.
        """
        if self._session is None:
            name = type(self).__name__
            raise FactoryError(f"{name} has no session: use `make`, or `{name}(session)`.")
        require_async_session(self._session)
        build = self._build()
        made = self._make(build, count, values)
        self._session.add_all(made)
        await self._session.flush()
        for factory, record in build.made:
            await factory.after_create(record)
        return made

    def _build(self) -> _Build:
        return _Build(Sources.current, (), [], {}, ())

    def _but(self, **changes: object) -> Self:
        # A subclass may have an __init__ with other parameters.
        other = object.__new__(type(self))
        other.__dict__ |= self.__dict__ | changes
        return other

    def _with_state(self, state: State) -> Self:
        return self._but(_states=(*self._states, state))

    def _make(self, build: _Build, count: int, given: Values) -> list[T]:
        build = replace(build, pool=(*self._pool, *build.pool), shared={})
        return [self._make_one(build, index, given) for index in range(count)]

    def _make_one(self, build: _Build, index: int, given: Values) -> T:
        mapper = mapper_of(self.model)
        values = self._values(mapper, build, index, given)
        # Given values come last: the setter of a property may replace generated ones.
        made = cast("T", construct(mapper, generated(mapper, set(values), build.source) | values))
        for name, factory, count in self._children:
            related = relation_of(mapper, name)
            back = parent_of(related)
            children = factory._make(replace(build, path=()), count, {back: made} if back else {})
            if not back:
                attach(made, related, children)
        self.after_make(made)
        build.made.append((self, made))
        return made

    def _values(
        self, mapper: "Mapper[Any]", build: _Build, index: int, given: Values
    ) -> dict[str, object]:
        """Apply the states to the definition, and replace the factories in it by records."""
        definition = self.definition(build.source.number(self.model))
        values = dict(definition)
        states: tuple[State, ...] = (*self._states, lambda _, __: given)
        for state in states:
            change = state(values, index)
            stale = aliases(mapper, change)
            values = {name: value for name, value in values.items() if name not in stale}
            values |= change
        refuse_unwritten(mapper, values)
        return {
            name: self._one(value, build, is_default=value is definition.get(name))
            if isinstance(value, Factory)
            else value
            for name, value in values.items()
        }

    def _one(self, factory: "Factory[Any]", build: _Build, *, is_default: bool) -> object:
        """Make the record that another one refers to, or take it from the pool.

        Raises:
            FactoryError: Definitions contain each other in a circle.
        """
        if pool := [record for record in build.pool if isinstance(record, factory.model)]:
            return build.source.random.choice(pool)
        if not is_default and id(factory) in build.shared:
            return build.shared[id(factory)]
        path = (*build.path, type(self)) if is_default else ()
        if type(factory) in path:
            circle = " → ".join(each.__name__ for each in (*path, type(factory)))
            remedy = "Leave one of them out of its `definition`, and pass it by `for_`."
            raise FactoryError(f"The definitions of {circle} never end. {remedy}")
        [made] = factory._make(replace(build, path=path), 1, {})
        # By identity: `for_(relation, UserFactory())` makes one parent for all records.
        build.shared[id(factory)] = made
        return made


def _is_class(argument: object) -> bool:
    return isinstance(argument, type)
