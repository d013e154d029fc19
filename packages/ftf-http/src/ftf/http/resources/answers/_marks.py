"""`Count`, `Needs`, `Unnarrowed`, `When`: what a field of an answer is made of, and who sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import QueryableAttribute


# Not compared by its relationship: `==` of one makes a condition.
@dataclass(frozen=True, slots=True, eq=False)
class Count:
    """A field with the number of related records: `Annotated[int, Count(Product.reviews)]`.

    Args:
        relation: The relationship of the model.
    """

    relation: QueryableAttribute[Any]

    @property
    def model(self) -> type[Any]:
        """The model of the related records."""
        found: type[Any] = self.relation.property.mapper.class_
        return found


class Needs:
    """A field whose property reads relationships: `Annotated[str, Needs(Product.supplier)]`.

    Or a deferred column: `Annotated[int, Needs(Product.manual)]`.

    Args:
        path: The relationship that it reads, and those behind it; or a deferred column, also of
            related records, behind the relationships that lead to it.
    """

    __slots__ = ("path",)

    def __init__(self, *path: QueryableAttribute[object]) -> None:
        self.path: tuple[QueryableAttribute[object], ...] = path


class Unnarrowed:
    """A mark for related records that all may see: `Annotated[AuthorOut, Unnarrowed]`.

    Without it, a resource with a policy shows and counts only the related records that the policy
    of their model lets the user see.
    """


@dataclass(frozen=True, slots=True)
class When:
    """A field that only some users see: `Annotated[Decimal | MISSING, When(ProductPolicy.costs)]`.

    It is left out for the others. The ability is asked once for an answer, and without a record.

    Args:
        ability: The ability, a method of a policy that takes the user alone.
    """

    ability: Callable[..., object]
