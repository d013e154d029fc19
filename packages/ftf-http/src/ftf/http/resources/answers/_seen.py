"""The related records that a user may see, by the policies of their models."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import false
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import QueryBuilder

if TYPE_CHECKING:
    from ...auth import Gate


async def seen_of(
    gate: "Gate[Any]", models: Iterable[type[Any]], session: AsyncSession
) -> dict[type[Any], QueryBuilder[Any]]:
    """Return queries for the records that a user may see, of models whose policy narrows them.

    A user whom the policy refuses sees none of them.
    """
    from ...auth import AccessDenied, RecordHidden, Unauthenticated  # noqa: PLC0415  # with policies

    found = {}
    for model in models:
        whole: QueryBuilder[Any] = QueryBuilder(session, model)
        if gate._narrows(model):  # noqa: SLF001  # of this package
            try:
                seen = await gate.visible(model, whole)
            except (AccessDenied, RecordHidden, Unauthenticated):
                seen = whole.within(false())
            if seen is not whole:
                found[model] = seen
    return found
