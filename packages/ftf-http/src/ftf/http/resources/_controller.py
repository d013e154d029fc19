"""`ResourceController`: a model as an API of a list and its records."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, ClassVar, cast
from urllib.parse import quote

from pydantic import BaseModel
from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute
from starlette.requests import HTTPConnection

from ftf.orm import (
    BaseRepository,
    Criteria,
    CursorPage,
    FilterSet,
    ForeignKeyViolation,
    NotNullViolation,
    Page,
    QueryBuilder,
    RecordNotFound,
    Rules,
    SimplePage,
    transaction,
)

from ..injection._type_parameters import type_arguments
from ..replies._reply import Reply
from ..routing._controller import Action, Controller, delete, get, patch, post, put
from ._change import Change, changed, written
from ._from_query import FromQuery
from ._listing import paginated, without_includes
from ._parent import within_parent
from ._partial import Partial
from ._projection import AnyPage
from ._resource import ACTIONS, Resource
from ._rules_in import ask
from .bodies._storable import naming_fields
from .declared._mistakes import mistakes

_PAGES = {"page": Page, "simple": SimplePage, "cursor": CursorPage}
_NOT_FOUND: dict[int | str, dict[str, object]] = {404: {"description": "There is no such record."}}
_CONFLICT: dict[int | str, dict[str, object]] = {
    409: {"description": "The record conflicts with a stored one."}
}


class ResourceController[
    M: DeclarativeBase,
    In: BaseModel,
    Out: BaseModel,
    Patch: BaseModel = Partial[In],
](Controller):
    """A model as an API: `class Products(ResourceController[Product, ProductIn, ProductOut])`.

    Its actions are `index` (GET of the list), `show` (GET of a record), `store` (POST), `update`
    (PATCH, a JSON merge patch), `destroy` (DELETE) and, if `actions` names it, `replace` (PUT,
    which resets what is not sent). Answers show the fields of `Out`, which decides what is loaded;
    only fields of `In` are written. An action is changed by a method of the same name and
    signature, and replaced by leaving it out of `actions`.

    Attributes:
        actions: The actions that are served.
        filters: What clients may ask of the list; by default a page of it.
        parent: The relationship to the record that the prefix names, such as `Comment.post` for
            `/posts/{post}/comments`. It has to exist, and its comments are the only ones.

    Args:
        records: The repository of the records; its `query` is what all actions begin with.
    """

    actions: ClassVar[Sequence[str]] = ("index", "show", "store", "update", "destroy")
    filters: FilterSet[M] | None = None
    parent: ClassVar[QueryableAttribute[Any] | None] = None

    _parent_key: object = None

    def __init__(self, records: BaseRepository[M]) -> None:
        self.records = records

    @get()
    async def index(self, asked: Criteria[M]) -> AnyPage[Out]:
        """Return a page of the list."""
        projection = self._resource().projection.including(asked.includes)
        query = self.query()
        # Includes are a matter of the projection, which knows what their schemas need.
        listed = projection.load(without_includes(asked).apply(query))
        page = await paginated(listed, asked, self._resource().filters)
        return cast("AnyPage[Out]", await projection.page(query, page))

    @get("/{id}", responses=_NOT_FOUND)
    async def show(self, id: object, asked: Criteria[M]) -> Out:  # noqa: A002  # its name in the path
        """Return a record."""
        return await self.shown(id, asked)

    @post(status_code=201, responses=_CONFLICT)
    async def store(self, body: In, connection: HTTPConnection) -> Reply[Out]:
        """Store a new record."""
        resource = self._resource()
        values = written(body, resource.fields)
        record = cast("M", resource.model(**values))
        if resource.parent is not None:
            setattr(record, resource.foreign_key, self._parent_key)
        async with self._checked(body, values), transaction(self.records.session):
            await self.storing(record, body)
            await self.records.create(record)
            await self.stored(record, body)
        (key,) = inspect(record).identity or (None,)
        at = connection.url.path.rpartition("/")[2]
        location = quote(f"{at}/{key}" if at else f"{key}", safe="/")
        return Reply(await self.shown(key), {"Location": location})

    @patch("/{id}", responses=_NOT_FOUND | _CONFLICT)
    async def update(self, id: object, body: Patch) -> Out:  # noqa: A002  # its name in the path
        """Change what is sent of a record."""
        resource, record = self._resource(), await self.found(id)
        change = changed(record, body, resource.body, resource.fields)
        return await self._written(id, record, change)

    @put("/{id}", responses=_NOT_FOUND | _CONFLICT)
    async def replace(self, id: object, body: In) -> Out:  # noqa: A002  # its name in the path
        """Change a record to what is sent; what is not sent gets its default."""
        record = await self.found(id)
        change = Change(written(body, self._resource().fields), body)
        return await self._written(id, record, change)

    @delete("/{id}", status_code=204, responses=_NOT_FOUND | _CONFLICT)
    async def destroy(self, id: object) -> None:  # noqa: A002  # its name in the path
        """Delete a record."""
        record = await self.found(id)
        async with transaction(self.records.session):
            await self.destroying(record)
            try:
                await self.records.delete(record)
            except NotNullViolation as error:
                # The ORM removes references to a record first, which those that need one refuse.
                raise ForeignKeyViolation(error.columns, error.constraint) from error
            await self.destroyed(record)

    def scope(self, query: QueryBuilder[M]) -> QueryBuilder[M]:
        """Return the query that every action begins with; override it to narrow it."""
        return query

    def parents(self, query: QueryBuilder[Any]) -> QueryBuilder[Any]:
        """Return the query that finds the parent in the path; override it to narrow it."""
        return query

    async def storing(self, record: M, body: In) -> None:
        """Do something before a new record is stored, in its transaction."""

    async def stored(self, record: M, body: In) -> None:
        """Do something after a new record was stored, in its transaction; it has its key."""

    async def updating(self, record: M, changes: Mapping[str, object]) -> None:
        """Do something before the changes of a record are stored, in their transaction."""

    async def updated(self, record: M, changes: Mapping[str, object]) -> None:
        """Do something after the changes of a record were stored, in their transaction."""

    async def destroying(self, record: M) -> None:
        """Do something before a record is deleted, in the transaction."""

    async def destroyed(self, record: M) -> None:
        """Do something after a record was deleted, in the transaction."""

    def query(self) -> QueryBuilder[M]:
        """Return a query for the records of the resource, those of the parent in the path."""
        query = self.scope(self.records.query())
        if self._parent_key is None:
            return query
        resource = self._resource()
        return query.within(getattr(resource.model, resource.foreign_key) == self._parent_key)

    async def found(self, key: object) -> M:
        """Return a record of the resource, to change it.

        Raises:
            RecordNotFound: There is none with this key.
        """
        return await self.query().find_or_fail(key)

    async def shown(self, key: object, asked: Criteria[M] | None = None) -> Out:
        """Return what an answer shows of a record, which is read anew.

        Raises:
            RecordNotFound: There is none with this key.
        """
        projection = self._resource().projection
        if asked is not None:
            projection = projection.including(asked.includes)
        query = self.query()
        record = await projection.load(query).fresh().find_or_fail(key)
        (out,) = await projection.all(query, [record])
        return cast("Out", out)

    async def _written(self, key: object, record: M, change: Change) -> Out:
        if change.values:
            async with (
                self._checked(change.body, change.values, record),
                transaction(self.records.session),
            ):
                for name, value in change.values.items():
                    setattr(record, name, value)
                await self.updating(record, change.values)
                await self.records.update(record)
                await self.updated(record, change.values)
        return await self.shown(key)

    @asynccontextmanager
    async def _checked(
        self,
        body: BaseModel | None,
        values: Mapping[str, object],
        record: M | None = None,
    ) -> AsyncIterator[None]:
        """Check the rules of a body, and explain what the database refuses in the block.

        Args:
            body: The complete body; `None` if its rules are not asked.
            values: What the block stores of it, by attribute.
            record: The record that it changes, if that is stored.

        Raises:
            RequestValidationError: A column does not hold a value of the body.
            RuleViolation: A rule is broken, before the block or by another request meanwhile.
        """
        resource, session = self._resource(), self.records.session
        with naming_fields(values, resource.model, resource.body, session.get_bind().dialect):
            if body is None or not resource.has_rules:
                yield
                return
            rules = Rules(session)
            of_parent = {resource.foreign_key: self._parent_key} if resource.parent else {}
            own = [record] if record else []
            changes = values if record else None
            ask(rules, body, records=own, values=of_parent, names=changes)
            await rules.check()
            async with rules.explaining():
                yield

    async def _enter(self, key: object) -> None:
        """Narrow the resource to the records of a parent.

        Raises:
            RecordNotFound: There is no such parent; it is answered like a missing record.
        """
        resource = self._resource()
        parents = QueryBuilder(self.records.session, resource.parent_model)
        if not await self.parents(parents).where_key(key).exists():
            raise RecordNotFound(resource.model)
        self._parent_key = key

    @classmethod
    def _resource(cls) -> Resource:
        """Return the facts of the controller, which are checked at the first call."""
        found = cls.__dict__.get("_facts")
        if not isinstance(found, Resource):
            for mistake in mistakes(cls, ResourceController):
                raise TypeError(mistake)
            found = _facts(cls)
            found.check(cls.prefix, reads_path=_reads_path(cls))
            cls._facts = found  # type: ignore[attr-defined]  # of this class alone
        return found

    @classmethod
    def _adapted(cls, action: Action) -> Action | None:
        """Return an action with the types of the key and the list, and with the parent."""
        resource = cls._resource()
        if action.name in ACTIONS and action.name not in resource.actions:
            return None
        hints: dict[str, object] = {"id": resource.key}
        listed = resource.filters if action.name == "index" else resource.filters.for_record
        hints["asked"] = Annotated[Criteria[Any], FromQuery(listed)]
        if action.name in ACTIONS:
            parameters = [
                each.replace(annotation=hints.get(name, each.annotation))
                for name, each in action.signature.parameters.items()
            ]
            signature = action.signature.replace(parameters=parameters)
            if action.name == "index":
                page: Any = _PAGES[resource.filters.paging]
                signature = signature.replace(return_annotation=page[resource.answer])
            action = action._replace(signature=signature)
        return action if resource.parent is None else within_parent(action, resource)


def _reads_path(controller: type[ResourceController[Any, Any, Any, Any]]) -> bool:
    """Return whether a controller may read what its prefix names in a way of its own."""
    is_narrowed = any(
        getattr(controller, name) is not getattr(ResourceController, name)
        for name in ("scope", "query")
    )
    return bool(is_narrowed or controller.dependencies or controller.access)


def _facts(controller: type[ResourceController[Any, Any, Any, Any]]) -> Resource:
    types = type_arguments(controller)
    parameters = ResourceController.__type_params__
    model, body, answer, _ = (cast("Any", types[each]) for each in parameters)
    hooks = ("storing", "updating")
    return Resource(
        controller.__qualname__,
        model,
        body,
        answer,
        controller.actions,
        controller.filters,
        controller.parent,
        completes=all(
            getattr(controller, name) is not getattr(ResourceController, name) for name in hooks
        ),
    )
