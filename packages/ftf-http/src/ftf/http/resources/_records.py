"""The records of a resource: what its actions read and write, and the hooks around them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute
from starlette.requests import HTTPConnection
from starlette.responses import Response

from ftf.orm import BaseRepository, Criteria, FilterSet, QueryBuilder, RecordNotFound

from ..replies._reply import Reply
from ..routing._controller import Controller
from ._entering import CHANGES, TAGGED
from ._resource import Resource
from .access._policy import Visibility, gate_of, visibility_of
from .answers._projection import Projection
from .conditional._etag import NO_PRECONDITION, Precondition, etag_of, is_unchanged

if TYPE_CHECKING:
    from ..auth import Gate, Policy
    from ..idempotency import idempotent


class ResourceRecords[M: DeclarativeBase, In: BaseModel, Out: BaseModel](Controller):
    """The records of a resource, narrowed to what a request may see and change of them.

    Args:
        records: The repository of the records; its `query` is what all actions begin with.
    """

    actions: ClassVar[Sequence[str]] = ("index", "show", "store", "update", "destroy")
    filters: FilterSet[M] | None = None
    parent: ClassVar[QueryableAttribute[Any] | None] = None
    policy: "ClassVar[type[Policy[Any]] | None]" = None
    require_match: ClassVar[bool] = False
    idempotency: "ClassVar[idempotent | None]" = None

    _parent_key: object = None
    _gate: "Gate[Any] | None" = None
    _visibility: "Visibility | None" = None
    _seen: "QueryBuilder[M] | None" = None
    _is_shown: bool = False  # the action is `show`, for which the policy is asked
    _tag: str = ""
    _expected: Precondition = NO_PRECONDITION

    def __init__(self, records: BaseRepository[M]) -> None:
        self.records = records

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
        """Return a query for the records of the resource that the request may see.

        They are those of `scope`, of the parent in the path, and `visible` to the user.

        Raises:
            RuntimeError: There is a policy, and no request of a route.
        """
        resource, query = self._resource(), self._seen
        if query is None and resource.policy is not None:
            raise RuntimeError(
                f"{resource.name}.query() is used outside of its routes, where its policy knows no "
                "user: use the repository, and `gate.visible` to narrow it."
            )
        query = self.scope(self.records.query()) if query is None else query
        if self._parent_key is None:
            return query
        return query.within(getattr(resource.model, resource.foreign_key) == self._parent_key)

    async def found(self, key: object) -> M:
        """Return a record of the resource, to change it.

        Raises:
            RecordNotFound: There is none with this key.
        """
        return await self._changeable().find_or_fail(key)

    def _changeable(self) -> QueryBuilder[M]:
        """Return a query for records with all that a change is merged into."""
        deferred = self._resource().deferred
        return self.query().with_columns(*deferred) if deferred else self.query()

    async def shown(self, key: object, asked: Criteria[M] | None = None) -> Out:
        """Return what an answer shows of a record, which is read anew.

        Raises:
            RecordNotFound: There is none with this key.
        """
        resource = self._resource()
        projection = await self._projection(asked)
        query = self.query()
        record = await projection.load(query).fresh().find_or_fail(key)
        if self._is_shown:
            await self.authorize("view", record)
        if resource.version:
            self._tag = etag_of(getattr(record, resource.version))
        (out,) = await projection.all(query, [record])
        return out

    async def authorize(self, ability: str, record: M) -> None:
        """Ask the policy of the resource about a record; without a policy nothing is refused.

        Args:
            ability: The name of the ability, such as "update".
            record: The record.

        Raises:
            AccessDenied: The policy denies: 403, unless the decision has another status.
            RecordHidden: The policy hides the record: 404.
            Unauthenticated: The request has no user, and the ability admits no guests: 401.
        """
        policy = self._resource().policy
        asked = policy.ability(ability) if policy is not None else None
        if asked is not None and self._gate is not None:
            await self._gate.authorize(asked, record)

    async def _projection(self, asked: Criteria[M] | None) -> Projection[M, Out]:
        """Return what an answer shows, of what was asked for, to the user of the request."""
        projection: Projection[M, Out] = self._resource().projection
        projection = projection if asked is None else projection.including(asked.includes)
        if self._gate is not None:
            models = () if asked is None else asked.related_models
            projection = await projection.seen_by(self._gate, self.records.session, models)
        return projection

    async def _enter(self, connection: HTTPConnection, action: str, parent: object) -> None:
        """Narrow the resource to what a request may see, and read its preconditions.

        Raises:
            HTTPException: The policy refuses, or a precondition cannot be read.
            RecordNotFound: There is no such parent; it is answered like a missing record.
        """
        resource = self._resource()
        self._is_shown = action == "show"
        if resource.policy is not None:
            self._gate = await gate_of(connection, resource.policy)
            self._visibility = visibility_of(connection)
            narrowed = self.scope(self.records.query())
            self._seen = await self._gate.visible(resource.model, narrowed)
        if resource.parent is not None:
            await self._enter_parent(parent)
        if action in CHANGES:
            self._expected = Precondition(
                connection.headers.getlist("if-match"),
                is_versioned=bool(resource.version),
                required=resource.requires_match,
            )

    async def _enter_parent(self, key: object) -> None:
        resource = self._resource()
        parents = self.parents(QueryBuilder(self.records.session, resource.parent_model))
        if self._gate is not None and self._gate._narrows(resource.parent_model):  # noqa: SLF001  # of this package
            parents = await self._gate.visible(resource.parent_model, parents)
        if not await parents.where_key(key).exists():
            raise RecordNotFound(resource.model)
        self._parent_key = key

    def _answered(self, connection: HTTPConnection, action: str, result: object) -> object:
        """Return the result of an action with the tag of the record that it shows."""
        if not self._tag or isinstance(result, Response) or action not in TAGGED:
            return result
        headers = {"ETag": self._tag}
        known = connection.headers.getlist("if-none-match")
        is_plain = self._resource().projection.shape.is_plain
        if action == "show" and is_plain and is_unchanged(known, self._tag):
            return Response(status_code=304, headers=headers)
        if isinstance(result, Reply):
            return replace(result, headers={**headers, **result.headers})
        return Reply(result, headers)

    @classmethod
    def _resource(cls) -> Resource:
        raise NotImplementedError  # pragma: no cover  # ResourceController has it
