"""`Projection`: what an answer shows of records, and the eager loads that this needs."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, cast

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ftf.orm import CursorPage, Include, Page, QueryBuilder, SimplePage

from ._loads import Loads, Seen, Tree
from ._seen import seen_of
from ._shape import Related, Shape, shape_of

if TYPE_CHECKING:
    from ...auth import Gate

type AnyPage[T] = Page[T] | SimplePage[T] | CursorPage[T]


class Projection[M: DeclarativeBase, Out: BaseModel]:
    """What an answer shows of records: it decides what is loaded, so that it runs no query itself.

    Relationships among the fields are eager loaded, each with one more SELECT. A field
    `SupplierOut | MISSING = MISSING` is left out, unless it is included.

    Args:
        model: The model of the records.
        schema: The schema of the answer.

    Attributes:
        shape: What the fields of the schema are of the model.
        seen: Queries for what the user of `seen_by` may see, of the models that are narrowed.

    Raises:
        TypeError: The model has no such attribute, a relationship has no schema, or a schema
            contains itself without `MISSING`.

    Examples:
        ```python
        OUT = Projection(Post, PostOut)
        page = await OUT.load(posts.query()).paginate()
        return page.map(OUT)
        ```
    """

    def __init__(self, model: type[M], schema: type[Out]) -> None:
        self.shape: Shape = shape_of(model, schema)
        self._includes: tuple[Include, ...] = ()
        self._tree: Tree = {}
        self._hidden: frozenset[str] = frozenset(self.shape.conditions)
        self.seen: Seen = {}

    async def seen_by(
        self, gate: "Gate[Any]", session: AsyncSession, models: Collection[type[Any]] = ()
    ) -> Self:
        """Return a projection that shows what a user may see.

        That is the fields whose `When` allows it, none of which is shown otherwise, and of the
        related records those that are `visible` by the policy of their model. For includes, call it
        after `including`.

        Args:
            gate: Asks for the user.
            session: The session of the records.
            models: Further models whose `visible` records `seen` will find, such as those that
                filters are about.
        """
        if self.shape.is_plain and not models:
            return self
        asked = {condition.ability: False for condition in self.shape.conditions.values()}
        about = gate._about(self.shape.model)  # noqa: SLF001  # of this package
        for ability in asked:
            asked[ability] = await about.allows(cast("Any", ability))
        conditions = self.shape.conditions.items()
        found = copy(self)
        found._hidden = frozenset(name for name, each in conditions if not asked[each.ability])  # noqa: SLF001  # of this class
        found.seen = await seen_of(gate, self._loads.models.union(models), session)
        return found

    def including(self, includes: Sequence[Include]) -> Self:
        """Return a projection that shows relationships of `MISSING` fields as well.

        Raises:
            ValueError: The schema has no field for one.
        """
        if not includes:
            return self
        trees: Tree = {}
        for include in includes:
            shape, tree = self.shape, trees
            for step in include.path:
                related = shape.related.get(step.key)
                if related is None:
                    raise ValueError(
                        f"{shape.schema.__name__} has no field for {include}: add "
                        f"`{step.key}: ... | MISSING = MISSING`."
                    )
                shape, tree = related.shape, tree.setdefault(step.key, {})
        found = copy(self)
        found._includes, found._tree = tuple(includes), trees  # noqa: SLF001  # of this class
        return found

    def load(self, query: QueryBuilder[M]) -> QueryBuilder[M]:
        """Return a query with the eager loads and counts of the answer.

        Includes with a limit are left out: `page` and `all` read them.
        """
        for name, count in self.shape.counts.items():
            if name not in self._hidden:
                query = query.with_count(self._loads.part(name, count.relation), alias=name)
        return self._loads.on(query, without={*self._limits, *self._hidden})

    def __call__(self, record: M) -> Out:
        """Return what an answer shows of a record that is loaded."""
        return cast("Out", _shown(record, self.shape, self._tree, {}, self._hidden))

    async def page(self, query: QueryBuilder[M], page: AnyPage[M]) -> AnyPage[Out]:
        """Return a page of what an answer shows.

        Args:
            query: A query of the records' model in their session, for includes with a limit.
            page: A page of records that are loaded.
        """
        items: list[Any] = await self.all(query, page.items)
        return cast("AnyPage[Out]", replace(page, items=items))

    async def all(self, query: QueryBuilder[M], records: Sequence[M]) -> list[Out]:
        """Return what an answer shows of records, with includes of a limit read by one SELECT each.

        Args:
            query: A query of the records' model in their session.
            records: The records, which are loaded.
        """
        limited = {}
        for name, limit in self._limits.items():
            if name in self._hidden:
                continue
            relation: Any = self._loads.part(name, self.shape.related[name].attribute)
            behind = self._loads.behind(name).on
            limited[name] = await query.related(records, relation, limit=limit, narrow=behind)
        found: list[object] = []
        for number, record in enumerate(records):
            own = {name: lists[number] for name, lists in limited.items()}
            found.append(_shown(record, self.shape, self._tree, own, self._hidden))
        return cast("list[Out]", found)

    @property
    def _loads(self) -> Loads:
        return Loads(self.shape, self._tree, self.seen)

    @property
    def _limits(self) -> dict[str, int]:
        """The greatest limit of each relationship that is included with one."""
        found: dict[str, int] = {}
        for include in self._includes:
            if include.limit is not None:
                name = include.path[0].key
                found[name] = max(include.limit, found.get(name, 0))
        return found


def _shown(
    record: object,
    shape: Shape,
    tree: Tree,
    limited: Mapping[str, Sequence[object]],
    hidden: frozenset[str] = frozenset(),
) -> BaseModel:
    """Return a record as its schema shows it; fields are read by name, whatever their alias."""
    values: object = record
    if shape.has_optional or tree or hidden:
        # A dict, as pydantic would read relationships that are not loaded.
        names = (name for name in (*shape.plain, *shape.counts) if name not in hidden)
        found = {name: getattr(record, name) for name in names}
        for name, related in shape.related.items():
            if name in hidden or (related.is_optional and name not in tree):
                continue
            value = limited[name] if name in limited else getattr(record, name)
            found[name] = _shown_related(value, related, tree.get(name, {}))
        values = found
    return shape.schema.model_validate(values, from_attributes=True, by_alias=False, by_name=True)


def _shown_related(value: Any, related: Related, tree: Tree) -> object:  # noqa: ANN401  # records
    if value is None:
        return None
    if related.is_many:
        return [_shown(each, related.shape, tree, {}) for each in value]
    return _shown(value, related.shape, tree, {})
