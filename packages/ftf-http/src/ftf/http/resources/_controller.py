"""`ResourceController`: a model as an API of a list and its records."""

from typing import Annotated, Any, cast
from urllib.parse import quote

from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase
from starlette.requests import HTTPConnection

from ftf.orm import (
    Criteria,
    CursorPage,
    Page,
    SimplePage,
    transaction,
)

from ..injection._type_parameters import type_arguments
from ..replies._reply import Reply
from ..routing._controller import Action, delete, get, patch, post, put
from ._bulk import BulkActions, batch_of, keyed
from ._entering import entering
from ._from_query import FromQuery
from ._listing import paginated, without_includes
from ._resource import ACTIONS, Resource
from .answers._projection import AnyPage
from .bodies._change import Change, changed, written
from .bodies._partial import Partial
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
](BulkActions[M, In, Out, Patch]):
    """A model as an API: `class Products(ResourceController[Product, ProductIn, ProductOut])`.

    Its actions are `index` (GET of the list), `show` (GET of a record), `store` (POST), `update`
    (PATCH, a JSON merge patch) and `destroy` (DELETE); and if `actions` names them, `replace` (PUT,
    which resets what is not sent), and for many records at once `store_many` (`POST /batch`),
    `update_many` (`PATCH /batch`, each item with its `id`) and `destroy_many` (`POST
    /batch-delete`, a list of keys). Answers show the fields of `Out`, which decides what is loaded;
    only fields of `In` are written. An action is changed by a method of the same name and
    signature, and replaced by leaving it out of `actions`.

    Attributes:
        actions: The actions that are served.
        filters: What clients may ask of the list; by default a page of it.
        parent: The relationship to the record that the prefix names, such as `Comment.post` for
            `/posts/{post}/comments`. It has to exist, and its comments are the only ones.
        policy: What users may do with the records. Its `visible` narrows every action; `view`, if
            it has it, is asked about a record that is shown, `update` and `delete` about one that
            is changed, and `create` before the body of a new one is read.
        require_match: Whether changes need the header `If-Match`, for records with a version.
        idempotency: Executes a POST that is sent again once, as `idempotent(required=True)`.

    Args:
        records: The repository of the records; its `query` is what all actions begin with.
    """

    @get()
    async def index(self, asked: Criteria[M]) -> AnyPage[Out]:
        """Return a page of the list."""
        projection = await self._projection(asked)
        # Includes are a matter of the projection, which knows what their schemas need.
        listed = without_includes(asked).apply(self.query(), projection.seen)
        listed = projection.load(listed)
        page = await paginated(listed, asked, self._resource().filters)
        return await projection.page(self.query(), page)

    @get("/{id}", responses=_NOT_FOUND)
    async def show(self, id: object, asked: Criteria[M]) -> Out:  # noqa: A002  # its name in the path
        """Return a record."""
        return await self.shown(id, asked)

    @post(status_code=201, responses=_CONFLICT)
    async def store(self, body: In, connection: HTTPConnection) -> Reply[Out]:
        """Store a new record."""
        rules, (record, values) = self._rules(), self._new(body)
        self._ask_new(rules, body)
        with self._naming(values):
            await rules.check()
            async with rules.explaining(), transaction(self.records.session):
                key = await self._store(record, body)
                # In the transaction: what the caller may not see is not stored.
                out = await self.shown(key)
        at = connection.url.path.rpartition("/")[2]
        location = quote(f"{at}/{key}" if at else f"{key}", safe="/")
        return Reply(out, {"Location": location})

    @patch("/{id}", responses=_NOT_FOUND | _CONFLICT)
    async def update(self, id: object, body: Patch) -> Out:  # noqa: A002  # its name in the path
        """Change what is sent of a record."""
        resource, record = self._resource(), await self._changing(id, "update")
        change = changed(record, body, resource.body, resource.fields)
        return await self._written(id, record, change)

    @put("/{id}", responses=_NOT_FOUND | _CONFLICT)
    async def replace(self, id: object, body: In) -> Out:  # noqa: A002  # its name in the path
        """Change a record to what is sent; what is not sent gets its default."""
        record = await self._changing(id, "update")
        change = Change(written(body, self._resource().fields), body)
        return await self._written(id, record, change)

    @delete("/{id}", status_code=204, responses=_NOT_FOUND | _CONFLICT)
    async def destroy(self, id: object) -> None:  # noqa: A002  # its name in the path
        """Delete a record."""
        record = await self._changing(id, "delete")
        with self._expected.holding():
            async with transaction(self.records.session):
                await self._destroy(record)

    async def _written(self, key: object, record: M, change: Change) -> Out:
        if not change.values:
            return await self.shown(key)
        rules = self._rules()
        self._ask_change(rules, change, record)
        with self._expected.holding(), self._naming(change.values):
            await rules.check()
            async with rules.explaining(), transaction(self.records.session):
                await self._change(record, change.values)
                return await self.shown(key)

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
        if action.name == "update_many":
            hints["body"] = batch_of(keyed(resource.patch, resource.key))
        elif action.name == "destroy_many":
            hints["body"] = batch_of(resource.key)
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
        return entering(action, resource)


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
    model, body, answer, change = (cast("Any", types[each]) for each in parameters)
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
        patch=change,
        asks=controller.policy,
        requires_match=controller.require_match,
        repeats=controller.idempotency,
    )
