"""The actions of a resource for many records at once: all of a batch, or nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import Body
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, create_model
from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase

from ftf.orm import Fault, RecordNotFound, RuleViolation, StaleRecord, transaction

from ..problems._fault import pointer_to
from ..routing._controller import patch, post
from ._writes import ResourceWrites
from .bodies._change import changed, steps_to
from .bodies._rules_in import RulesAt

MOST: Final = 100
MANY: Final = frozenset({"store_many", "update_many", "destroy_many"})
_KEY: Final = "id"
_BATCH: Final = Body(min_length=1, max_length=MOST)
_CONFLICT: dict[int | str, dict[str, object]] = {
    409: {"description": "A record conflicts with a stored one."}
}


class BulkActions[M: DeclarativeBase, In: BaseModel, Out: BaseModel, Patch: BaseModel](
    ResourceWrites[M, In, Out]
):
    """The actions of a resource for many records at once, each in one transaction.

    A fault of an item has a pointer that begins with its place, such as `/3/sku`, and nothing of
    the batch is stored. Hooks run for each record, in the order of the batch.
    """

    @post("/batch", status_code=201, responses=_CONFLICT)
    async def store_many(self, body: Annotated[list[In], _BATCH]) -> list[Out]:
        """Store new records."""
        rules, made = self._rules(), [self._new(item) for item in body]
        for place, item in enumerate(body):
            self._ask_new(RulesAt(rules, place), item)
        await rules.check()
        keys = []
        async with rules.explaining(), transaction(self.records.session):
            for place, (item, (record, values)) in enumerate(zip(body, made, strict=True)):
                with _at(place), self._naming(values):
                    keys.append(await self._store(record, item))
            # In the transaction: what the caller may not see is not stored.
            return await self._shown(keys)

    @patch("/batch", responses=_CONFLICT)
    async def update_many(self, body: Annotated[list[Patch], _BATCH]) -> list[Out]:
        """Change what is sent of records, which are named by their keys."""
        resource, rules = self._resource(), self._rules()
        keys = [getattr(item, _KEY) for item in body]
        records = await self._batch(keys, "update", *steps_to(type(body[0]), _KEY))
        changes = []
        for place, (item, record) in enumerate(zip(body, records, strict=True)):
            with _at(place):
                change = changed(record, item, resource.body, resource.fields, besides=(_KEY,))
            self._ask_change(RulesAt(rules, place), change, record)
            changes.append(change)
        await rules.check()
        async with rules.explaining(), transaction(self.records.session):
            for place, (record, change) in enumerate(zip(records, changes, strict=True)):
                if change.values:
                    with _at(place), self._naming(change.values):
                        await self._change(record, change.values)
            return await self._shown(keys)

    @post("/batch-delete", status_code=204, responses=_CONFLICT)
    async def destroy_many(self, body: Annotated[list[object], _BATCH]) -> None:
        """Delete records, which are named by their keys."""
        records = await self._batch(body, "delete")
        async with transaction(self.records.session):
            for key, record in zip(body, records, strict=True):
                try:
                    await self._destroy(record)
                except StaleRecord:  # if it is gone, the deletion of another one has deleted it
                    if await self.query().where_key(key).exists():
                        raise

    async def _batch(self, keys: Sequence[object], ability: str, *within: object) -> list[M]:
        """Return the records of a batch, which the user may change, in its order.

        Raises:
            RuleViolation: A record is not there, or is named twice.
        """
        read = await self._changeable().where_key(*keys).get()
        found = {_key_of(record): record for record in read}
        faults, known = [], set[object]()
        for place, key in enumerate(keys):
            pointer = pointer_to(place, *within)
            if key not in found:
                faults.append(Fault(pointer, "exists", "is not there, or cannot be used"))
            elif key in known:
                faults.append(Fault(pointer, "repeated", "is named twice in the batch"))
            known.add(key)
        if faults:
            raise RuleViolation(faults)
        records = [found[key] for key in keys]
        for record in records:
            await self.authorize(ability, record)
        return records

    async def _shown(self, keys: Sequence[object]) -> list[Out]:
        """Return what an answer shows of records, which are read anew, in the order of their keys.

        Raises:
            RecordNotFound: One of them is not of those that the request may see.
        """
        projection, query = await self._projection(None), self.query()
        read = await projection.load(query).fresh().where_key(*keys).get()
        found = {_key_of(record): record for record in read}
        if len(found) < len({*keys}):
            raise RecordNotFound(self._resource().model)
        return await projection.all(query, [found[key] for key in keys])


def keyed(schema: type[BaseModel], key: object) -> type[BaseModel]:
    """Return the schema of a change among others, which names its record by the key.

    Args:
        schema: The schema of a change.
        key: The type of the key.
    """
    fields: dict[str, Any] = {_KEY: (key, ...)}
    return create_model(f"{schema.__name__}Item", __base__=schema, **fields)


def batch_of(item: Any) -> object:  # noqa: ANN401  # an annotation
    """Return the annotation of a batch of items."""
    return Annotated[list[item], _BATCH]


def _key_of(record: DeclarativeBase) -> object:
    (key,) = inspect(record).identity or (None,)
    return key


@contextmanager
def _at(place: int) -> Iterator[None]:
    """Put the place of an item before the faults of its body."""
    try:
        yield
    except RequestValidationError as error:
        faults = [{**each, "loc": ("body", place, *each["loc"][1:])} for each in error.errors()]
        raise RequestValidationError(faults) from error
