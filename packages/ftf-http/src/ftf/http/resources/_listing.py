"""The list of a resource, as a client asks for it."""

from dataclasses import replace

from sqlalchemy.orm import DeclarativeBase

from ftf.orm import Criteria, FilterSet, QueryBuilder

from .answers._projection import AnyPage


def without_includes[M: DeclarativeBase](asked: Criteria[M]) -> Criteria[M]:
    """Return criteria that load no relationships."""
    return replace(asked, includes=()) if asked.includes else asked


async def paginated[M: DeclarativeBase](
    query: QueryBuilder[M], asked: Criteria[M], filters: FilterSet[M]
) -> AnyPage[M]:
    """Return the page that is asked for, of the kind that a filter set cuts lists into."""
    if filters.paging == "cursor":
        return await query.cursor_paginate(asked.cursor, asked.per_page)
    if filters.paging == "simple":
        return await query.simple_paginate(asked.page, asked.per_page)
    return await query.paginate(asked.page, asked.per_page)
